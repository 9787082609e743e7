"""Words on the command line: parse, call one operation, emit. The only room that knows Typer."""

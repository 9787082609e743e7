"""What people see and are asked: the only room that knows Rich and questionary."""

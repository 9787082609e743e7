"""Where activations live: the contract every store keeps, and the store of files below one home folder."""

"""Results → text for people and machines. Pure: nothing here prints."""

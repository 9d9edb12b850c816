"""The database and other files that janitor keeps."""

"""What a sweep found and did, rendered purely: table and JSON."""

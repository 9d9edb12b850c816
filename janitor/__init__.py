"""janitor deletes what a team no longer uses on Cloud Run and Artifact Registry, and says what it saved."""

"""janitor deletes what a team no longer uses on Cloud Run and Artifact Registry, and reports what it saved."""

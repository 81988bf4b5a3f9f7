"""What is found out about a run: checks, diagnosis, closed forms, paths, Jacobians, Hessians."""

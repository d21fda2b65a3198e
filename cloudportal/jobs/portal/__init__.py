"""The pages of jobs, and the progress that other pages show of theirs."""

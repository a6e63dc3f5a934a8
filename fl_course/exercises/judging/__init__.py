"""What the judges of several exercises need, a subject in each module."""

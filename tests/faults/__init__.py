"""What happens to the parts of the house when disks, processes and networks fail."""

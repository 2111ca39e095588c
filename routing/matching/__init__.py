"""What the matcher is made of: facts told to it, lines of those who wait, crews of agents."""

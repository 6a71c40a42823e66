"""Generation: loops over engines that write text, with all that stops, forbids and constrains."""

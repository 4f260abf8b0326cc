"""Commands of the program that are not run for long, filed by what they are about."""

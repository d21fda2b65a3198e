"""What holds for every resource of the REST door, written once and inherited by the tests of each."""

"""The recogniser of English news on armed forces: units, persons, numbers of troops and places, by rules."""

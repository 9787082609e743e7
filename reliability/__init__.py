"""The record under attack: kills, faults, power cuts, full disks, many writers, damage; counted and shown."""

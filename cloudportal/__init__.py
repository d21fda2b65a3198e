"""The frame of the portal: settings, wiring, and the rooms that every app stands on."""

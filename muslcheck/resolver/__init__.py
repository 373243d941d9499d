"""Requirements and a catalogue in, a resolution out, or what is still wanted; pure."""

"""What guests show and say, brought to people's screens: the console's websocket, the serial log and screenshots."""

"""What turns a bare machine into a running portal: packages, the guest image, and the services around it.

Runs before anything is installed, so everything in here is written with the standard library alone.
"""

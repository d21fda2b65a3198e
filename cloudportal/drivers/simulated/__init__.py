"""A small world that the simulator drivers act on: hosts, guests, volumes and networks that several processes
see.

It ships with the product: for trying the portal without a hypervisor, and for proving what happens when
things fail.
"""

"""What the drivers that speak to libvirt share: the connection with its time limits, faults, volumes and
locators.
"""

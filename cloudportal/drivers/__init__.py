"""What every driver room shares: errors, settings, deadlines and the way to open a driver by its name.

Plain Python: nothing here knows the portal's rows, and a vendor's library is loaded only by the driver that
needs it.
"""

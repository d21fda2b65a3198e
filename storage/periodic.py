"""Regular work of storage."""

from cloudportal.jobs.periodic import every
from storage import housekeeping

every(60, "storage.watch", housekeeping.watch)
every(600, "storage.clear-uploads", housekeeping.clear_uploads)
every(3600, "storage.clear-images", housekeeping.clear_images)

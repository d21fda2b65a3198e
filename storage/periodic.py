"""Regular work of storage."""

from cloudportal.jobs.periodic import every
from storage import housekeeping
from storage.services import exports, schedules, volume_bin
from tenants.authentication import system_caller


def delete_destroyed() -> int:
    """Deletes volumes that were destroyed long enough ago."""
    return volume_bin.delete_due(system_caller())


every(60, "storage.watch", housekeeping.watch)
every(60, "storage.delete-destroyed", delete_destroyed)
every(600, "storage.clear-uploads", housekeeping.clear_uploads)
every(60, "storage.exports-expire", exports.drop_late)
every(3600, "storage.verify-image", housekeeping.verify_image)
every(3600, "storage.clear-images", housekeeping.clear_images)
every(60, "storage.snapshot-schedules", lambda: schedules.run_due(system_caller()))
every(60, "storage.snapshots-age-out", lambda: schedules.age_out(system_caller()))

"""What may be done to storage pools, templates, disk offerings and volumes."""

from cloudportal.core.actions import action
from cloudportal.core.permissions import RoleKind
from storage import states

ROOT = RoleKind.ROOT_ADMIN

READ_POOL = action("storage-pool.read", "See storage pools", least=ROOT, reads=True)
ADD_POOL = action("storage-pool.add", "Add storage pool", least=ROOT)
UPDATE_POOL = action("storage-pool.update", "Edit storage pool", least=ROOT)
ENABLE_POOL = action(
    "storage-pool.enable", "Enable", least=ROOT, states=(states.DISABLED, states.MAINTENANCE)
)
DISABLE_POOL = action("storage-pool.disable", "Disable", least=ROOT, states=(states.UP,))
MAINTAIN_POOL = action("storage-pool.maintain", "Put into maintenance", least=ROOT, states=(states.UP,))
RECONNECT_POOL = action("storage-pool.reconnect", "Reconnect", least=ROOT, states=(states.DISABLED,))
REMOVE_POOL = action(
    "storage-pool.remove",
    "Remove",
    least=ROOT,
    states=(states.DISABLED, states.MAINTENANCE),
    confirmation="The portal forgets this pool. What lies on it stays there.",
    is_dangerous=True,
)

READ_TEMPLATE = action("template.read", "See templates", reads=True)
REGISTER_TEMPLATE = action("template.register", "Register template")
REGISTER_TEMPLATE_FILE = action("template.register-file", "Register template from a file", least=ROOT)
UPLOAD_TEMPLATE = action("template.upload", "Upload the image", states=(states.UPLOADING, states.ERROR))
CREATE_TEMPLATE = action("template.create", "Make template")
UPDATE_TEMPLATE = action("template.update", "Edit template")
SHARE_TEMPLATE = action("template.share", "Share template")
EXTRACT_TEMPLATE = action("template.extract", "Download image", states=(states.READY,))
PUBLISH_TEMPLATE = action("template.publish", "Publish or feature template", least=ROOT)
DELETE_TEMPLATE = action(
    "template.delete",
    "Delete template",
    states=(states.READY, states.ERROR, states.UPLOADING),
    confirmation="Nobody can make instances from it any more. Instances that were made from it stay.",
    is_dangerous=True,
)

READ_SNAPSHOT = action("snapshot.read", "See snapshots", reads=True)
TAKE_SNAPSHOT = action("snapshot.take", "Take snapshot", states=(states.READY,))
UPDATE_SNAPSHOT = action("snapshot.update", "Rename snapshot")
RESTORE_SNAPSHOT = action(
    "snapshot.restore",
    "Restore to its volume",
    states=(states.READY,),
    confirmation="What is on the volume now is replaced by what the snapshot holds.",
    is_dangerous=True,
)
SCHEDULE_SNAPSHOTS = action("snapshot.schedule", "Schedule snapshots")
UNSCHEDULE_SNAPSHOTS = action(
    "snapshot.unschedule",
    "Delete schedule",
    confirmation="No more snapshots are taken by it. Those that there are stay.",
    is_dangerous=True,
)
USE_SNAPSHOT = action("snapshot.use", "Make volume or template", states=(states.READY,))
DELETE_SNAPSHOT = action(
    "snapshot.delete",
    "Delete snapshot",
    states=(states.READY, states.ERROR),
    confirmation="The snapshot is gone for good. Volumes and templates that were made of it stay.",
    is_dangerous=True,
)

READ_EXPORT = action("volume-export.read", "See copies to download", reads=True)
EXPORT_VOLUME = action("volume.export", "Download", states=(states.READY,))
EXTRACT_EXPORT = action("volume-export.extract", "Download file", states=(states.READY,))
DELETE_EXPORT = action(
    "volume-export.delete",
    "Delete copy",
    states=(states.READY, states.ERROR),
    confirmation="The copy that waits to be downloaded is gone for good. The volume stays.",
    is_dangerous=True,
)

READ_DISK_OFFERING = action("disk-offering.read", "See disk offerings", reads=True)
CREATE_DISK_OFFERING = action("disk-offering.create", "Create disk offering", least=ROOT)
UPDATE_DISK_OFFERING = action("disk-offering.update", "Edit disk offering", least=ROOT)
DELETE_DISK_OFFERING = action("disk-offering.delete", "Delete disk offering", least=ROOT, is_dangerous=True)

READ_VOLUME = action("volume.read", "See volumes", reads=True)
CREATE_VOLUME = action("volume.create", "Create volume")
UPLOAD_VOLUME = action("volume.upload", "Upload the file", states=(states.UPLOADING,))
UPDATE_VOLUME = action("volume.update", "Rename volume")
DESTROY_VOLUME = action(
    "volume.destroy",
    "Destroy",
    states=(states.READY,),
    confirmation="The volume is put aside. It can be recovered for a while, until it is deleted for good.",
    is_dangerous=True,
)
RECOVER_VOLUME = action("volume.recover", "Recover", states=(states.DESTROYED,))
DELETE_VOLUME = action(
    "volume.delete",
    "Delete volume",
    states=(states.ALLOCATED, states.UPLOADING, states.READY, states.DESTROYED, states.ERROR),
    confirmation="Everything on this volume will be gone for good.",
    is_dangerous=True,
)

"""Where files come in and go out: addresses that take a ticket, and need no session beside it.

A script sends pieces by PUT, each at the offset where the file ends; HEAD says where that is. Browsers without scripts
send a form. Nothing is ever held in memory, and nothing is taken on trust: the job behind the ticket inspects it.
"""

from collections.abc import Callable
from typing import Any, BinaryIO
from uuid import UUID

from django.core.files.uploadhandler import FileUploadHandler, StopUpload
from django.http import (
    FileResponse,
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseRedirect,
    JsonResponse,
)
from django.urls import path, reverse
from django.utils.decorators import method_decorator
from django.views import View
from django.views.decorators.csrf import csrf_exempt

from cloudportal.api.errors import body_of
from cloudportal.core.errors import InvalidInput, NotFound, PortalError
from cloudportal.jobs.models import Job
from cloudportal.portal import subjects
from cloudportal.portal.pages import page
from storage import queries
from storage.models import Upload
from storage.parts import Draft
from storage.services import downloads, uploads
from tenants.addresses import source_address

TICKET = "Upload-Ticket"
OFFSET = "Upload-Offset"
COMPLETE = "Upload-Complete"
# What a form has around the file.
FORM_BYTES = 64 * 1024
_Answer = Callable[..., HttpResponseBase]


def _refusals(view: _Answer) -> _Answer:
    def answered(*arguments: Any, **parts: Any) -> HttpResponseBase:
        try:
            response = view(*arguments, **parts)
        except PortalError as refusal:
            response = JsonResponse(body_of(refusal), status=refusal.status)
        response.headers.setdefault("Cache-Control", "private, no-store")
        return response

    return answered


class UploadView(View):
    """One file on its way in. The ticket stands for permission and against forged requests: no other site has it."""

    @method_decorator(csrf_exempt)
    @method_decorator(_refusals)
    def dispatch(self, request: Any, *arguments: Any, **parts: Any) -> HttpResponseBase:
        """Every refusal in the house's shape."""
        return super().dispatch(request, *arguments, **parts)

    def head(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Where the next piece begins."""
        return _at(uploads.received_bytes(self._upload(request, uuid)))

    def put(self, request: HttpRequest, uuid: UUID) -> HttpResponse:
        """Takes the body as the next piece; with `Upload-Complete: ?1`, or when all is there, the file is taken."""
        upload = self._upload(request, uuid)
        offset, length = request.headers.get(OFFSET, "0"), request.headers.get("Content-Length", "")
        if not _is_number(offset) or not _is_number(length):
            raise InvalidInput.of(OFFSET, f"Send Content-Length and {OFFSET} as numbers of bytes.")
        if int(offset) + int(length) > uploads.most_bytes(upload):
            raise InvalidInput.of("file", f"At most {uploads.most_bytes(upload)} bytes may be sent.")
        received = uploads.append(upload, request, offset=int(offset))
        if received != int(offset) + int(length):
            return _at(received, status=400)
        if request.headers.get(COMPLETE) == "?1" or uploads.is_whole(upload):
            return _taken(uploads.finish(upload, address=source_address(request)), received)
        return _at(received, status=204)

    def post(self, request: HttpRequest, uuid: UUID) -> HttpResponseBase:
        """Takes the file of a form, for browsers without scripts; whoever sends one is signed in."""
        return page(_form)(request, uuid=uuid)

    def _upload(self, request: HttpRequest, uuid: UUID) -> Upload:
        return uploads.upload_with(uuid, request.headers.get(TICKET, ""))


def _form(request: HttpRequest, caller: Any, uuid: UUID) -> HttpResponse:
    upload = queries.upload_for(caller, uuid)
    if upload.finished_at is not None:
        raise NotFound(noun="upload", uuid=uuid)
    uploads.restart(upload)
    with Draft(upload.uuid, offset=0, limit_bytes=uploads.most_bytes(upload)) as draft:
        # Before anything reads the form: its file goes straight into the draft.
        request.upload_handlers = [_IntoDraft(request, draft)]
        ticket = request.POST.get("ticket", "")
        if uploads.upload_with(uuid, ticket) != upload:
            raise NotFound(noun="upload", uuid=uuid)
        draft.place()
    uploads.finish(upload, address=source_address(request))
    return HttpResponseRedirect(
        subjects.address(upload.purpose, upload.subject_uuid) or reverse("portal:home")
    )


class _IntoDraft(FileUploadHandler):
    """Streams the first file of a form into a draft."""

    def __init__(self, request: HttpRequest, draft: Draft) -> None:
        super().__init__(request)
        self._draft = draft

    def new_file(self, *arguments: Any, **options: Any) -> None:
        """Only one file is taken."""
        super().new_file(*arguments, **options)
        if self._draft.size_bytes:
            raise StopUpload(connection_reset=True)

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Nothing goes on to other handlers."""
        self._draft.write(raw_data)

    def file_complete(self, file_size: int) -> None:
        """The file is in the draft, and nowhere else."""


class DownloadView(View):
    """One file on its way out, to whoever has the link."""

    @method_decorator(_refusals)
    def dispatch(self, request: Any, *arguments: Any, **parts: Any) -> HttpResponseBase:
        """Every refusal in the house's shape."""
        return super().dispatch(request, *arguments, **parts)

    def get(self, request: HttpRequest, uuid: UUID, secret: str) -> HttpResponseBase:
        """The file, or the part of it that is asked for."""
        download, where = downloads.file_with(uuid, secret)
        size_bytes = where.stat().st_size
        start = _range_start(request.headers.get("Range", ""), size_bytes)
        if request.method == "GET" and not start:
            downloads.begin(download)
        file = where.open("rb")
        file.seek(start)
        response = FileResponse(
            _Taken(file, lambda: downloads.end(download)),
            as_attachment=True,
            filename=download.file_name,
            content_type="application/octet-stream",
        )
        response.headers["Content-Length"] = str(size_bytes - start)
        response.headers["Accept-Ranges"] = "bytes"
        response.headers["Content-Security-Policy"] = "default-src 'none'; sandbox"
        if start:
            response.status_code = 206
            response.headers["Content-Range"] = f"bytes {start}-{size_bytes - 1}/{size_bytes}"
        return response


class _Taken:
    """A file that says when it was read to its end. Without a descriptor, so that no server sends it past this."""

    def __init__(self, file: BinaryIO, at_end: Callable[[], None]) -> None:
        self._file = file
        self._at_end = at_end

    def read(self, size: int = -1, /) -> bytes:
        """As every file's."""
        chunk = self._file.read(size)
        if not chunk:
            self._at_end()
        return chunk

    def close(self) -> None:
        """As every file's."""
        self._file.close()


def _range_start(header: str, size_bytes: int) -> int:
    """Where an interrupted download goes on. Any other range is answered with the whole file (RFC 9110, 14.2)."""
    text = header.removeprefix("bytes=").removesuffix("-")
    is_rest = header == f"bytes={text}-" and _is_number(text) and int(text) < size_bytes
    return int(text) if is_rest else 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit() and len(text) < 19


def _at(received: int, *, status: int = 200) -> HttpResponse:
    return HttpResponse(status=status, headers={OFFSET: str(received)})


def _taken(job: Job, received: int) -> HttpResponse:
    values = {"job": str(job.uuid), "received_bytes": received}
    return JsonResponse(values, status=202, headers={OFFSET: str(received)})


urlpatterns = [
    path("uploads/<uuid:uuid>/", UploadView.as_view(), name="upload"),
    path("downloads/<uuid:uuid>/<str:secret>/", DownloadView.as_view(), name="download"),
]

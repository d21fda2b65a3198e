"""The web entry for any WSGI server."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "cloudportal.settings")
import cloudportal.celery  # noqa: F401  (requests submit jobs, and jobs ring through this app)

application = get_wsgi_application()

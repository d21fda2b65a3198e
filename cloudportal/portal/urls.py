"""The portal's own addresses: the start page and the choice of colours."""

from django.urls import path

from cloudportal.portal import appearance, home, menu

menu.entry("Overview", "home", icon="home", section="", order=0)

urlpatterns = [
    path("", home.view, name="home"),
    path("appearance/", appearance.choose, name="appearance"),
]

"""Addresses of the demo's extra pages; outside the demo they answer 404."""

from django.urls import path

from disclosure.portal.demo import mailbox, mailbox_message
from disclosure.portal.gallery import gallery

urlpatterns = [
    path("mailbox/", mailbox, name="mailbox"),
    path("mailbox/<slug:key>/", mailbox_message, name="mailbox_message"),
    path("gallery/", gallery, name="gallery"),
]

"""Addresses of the portal: opaque ids, nothing personal in any of them."""

from django.urls import URLPattern, URLResolver, include, path

from disclosure.portal.views import (
    accounts,
    answers,
    check,
    draft,
    key,
    objection,
    papers,
    start,
    tracking,
)
from disclosure.portal.views.home import RequestList, home
from disclosure.portal.views.profile import Profile
from disclosure.portal.views.schema import schema

app_name = "portal"

drafts: list[URLPattern | URLResolver] = [
    path("", draft.TaskList.as_view(), name="draft"),
    path("ground/", draft.Ground.as_view(), name="draft_ground"),
    path("accounts/", accounts.Accounts.as_view(), name="draft_accounts"),
    path("data/", draft.Asks.as_view(), name="draft_fields"),
    path("data/<slug:key>/", draft.Asks.as_view(), name="draft_own_fields"),
    path("document/", papers.HasInstrument.as_view(), name="draft_instrument"),
    path(
        "document/details/",
        papers.InstrumentDetails.as_view(),
        name="draft_instrument_details",
    ),
    path("document/items/", papers.Items.as_view(), name="draft_items"),
    path("document/items/add/", papers.AddItem.as_view(), name="draft_item"),
    path("papers/", papers.Documents.as_view(), name="draft_documents"),
    path(
        "papers/<uuid:document>/remove/",
        papers.RemoveDocument.as_view(),
        name="draft_remove_document",
    ),
    path("check/", check.Check.as_view(), name="draft_check"),
    path("discard/", draft.Discard.as_view(), name="draft_discard"),
]
requests: list[URLPattern | URLResolver] = [
    path("", tracking.Track.as_view(), name="request"),
    path("submitted/", check.Submitted.as_view(), name="submitted"),
    path("complete/", tracking.Complete.as_view(), name="complete"),
    path("withdraw/", tracking.Withdraw.as_view(), name="withdraw"),
    path("appeal/", tracking.Appeal.as_view(), name="appeal"),
    path("document/", tracking.LaterInstrument.as_view(), name="instrument"),
    path("papers/", tracking.AddDocument.as_view(), name="add_document"),
    path("papers/<uuid:document>/", tracking.ReadDocument.as_view(), name="document"),
    path("letters/<uuid:letter>/", tracking.ReadLetter.as_view(), name="letter"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", home, name="home"),
    path("profile/", Profile.as_view(), name="profile"),
    path("profile/key/", key.Key.as_view(), name="key"),
    path("profile/key/remove/", key.RemoveKey.as_view(), name="key_remove"),
    path("new/", start.choose, name="request_new"),
    path("new/<slug:code>/", start.regime, name="regime"),
    path("new/<slug:code>/begin/", start.Begin.as_view(), name="begin"),
    path("drafts/<uuid:pk>/", include(drafts)),
    path("requests/", RequestList.as_view(), name="request_list"),
    path("requests/<uuid:pk>/", include(requests)),
    path("answers/<uuid:pk>/", answers.Answer.as_view(), name="answer"),
    path("answers/<uuid:pk>/open/", answers.Open.as_view(), name="answer_open"),
    path(
        "answers/<uuid:pk>/download/",
        answers.Download.as_view(),
        name="answer_download",
    ),
    path(
        "answers/<uuid:pk>/letter/",
        answers.DownloadLetter.as_view(),
        name="answer_letter",
    ),
    path(
        "answers/<uuid:pk>/evidence/",
        answers.Evidence.as_view(),
        name="answer_evidence",
    ),
    path("schema/<slug:name>.json", schema, name="schema"),
    path("objection/<uuid:pk>/", objection.Page.as_view(), name="objection"),
    path("objection/<uuid:pk>/code/", objection.Code.as_view(), name="objection_code"),
    path(
        "objection/<uuid:pk>/letters/<uuid:letter>/",
        objection.ReadLetter.as_view(),
        name="objection_letter",
    ),
    path("", include("disclosure.portal.demo_urls")),
]

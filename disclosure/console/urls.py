"""Addresses of the console. An action's address names what it is done to."""

from django.urls import URLPattern, path

from disclosure.console.views import (
    audit,
    directory,
    documents,
    ends,
    holdings,
    instruments,
    intake,
    notices,
    people,
    production,
    queue,
    request,
    review,
)
from disclosure.console.views.base import StaffView

app_name = "console"


def on(kind: str, name: str, page: type[StaffView], word: str = "") -> URLPattern:
    """Return the address of a page about one row: `<kind>/<id>/<word>/`."""
    ending = f"{word or name.replace('_', '-')}/"
    key = "int" if kind in {"notes", "values"} else "uuid"
    return path(f"{kind}/<{key}:pk>/{ending}", page.as_view(), name=name)


urlpatterns = [
    path("", queue.QueueView.as_view(), name="queue"),
    path("intake/", intake.RegisterView.as_view(), name="intake"),
    path("search/", queue.SearchView.as_view(), name="search"),
    path("search/<str:token>/", queue.FoundView.as_view(), name="found"),
    path("audit/", audit.AuditView.as_view(), name="audit"),
    path("audit/verify/", audit.VerifyTrailView.as_view(), name="verify_trail"),
    path("holidays/", directory.HolidaysView.as_view(), name="holidays"),
    path("requests/<uuid:pk>/", request.RequestView.as_view(), name="request"),
    on("requests", "trail", request.RequestTrailView),
    on("requests", "acknowledge", review.AcknowledgePage),
    on("requests", "open_review", review.OpenReviewPage),
    on("requests", "assign", review.AssignPage),
    on("requests", "record_facts", review.FactsPage),
    on("requests", "record_instrument", instruments.RecordInstrumentPage),
    on("requests", "add_document", documents.AddDocumentPage),
    on("requests", "ask_requester", review.AskPage),
    on("requests", "complete", review.CompletePage),
    on("requests", "evaluate", review.EvaluatePage),
    on("requests", "decide", review.DecidePage),
    on("requests", "reopen", review.ReopenPage),
    on("requests", "prepare", production.PreparePage),
    on("requests", "return_request", production.ReturnRequestPage),
    on("requests", "refer", ends.ReferPage),
    on("requests", "refer_away", ends.ReferAwayPage),
    on("requests", "withdraw", ends.WithdrawPage),
    on("requests", "supersede", ends.SupersedePage),
    on("requests", "lapse", ends.LapsePage),
    on("requests", "close", ends.ClosePage),
    on("requests", "place_hold", ends.PlaceHoldPage),
    on("requests", "lift_hold", ends.LiftHoldPage),
    on("requests", "purge_unused", ends.PurgeUnusedPage),
    on("requests", "evidence", request.EvidenceView),
    on("requests", "note", review.NotePage),
    on("accounts", "resolve", holdings.ResolvePage),
    on("accounts", "choose_account", holdings.ChoosePage),
    on("accounts", "preserve", holdings.PreservePage),
    on("accounts", "target_facts", review.TargetFactsPage),
    on("accounts", "look_up", holdings.LookUpPage),
    on("accounts", "enter_holdings", holdings.EnterHoldingsPage),
    on("accounts", "upload_holdings", holdings.UploadHoldingsPage),
    on("accounts", "plan_notice", notices.PlanNoticePage),
    on("accounts", "record_objection", notices.RecordObjectionPage),
    path("documents/<uuid:pk>/", documents.DocumentPage.as_view(), name="document"),
    on("documents", "review_document", documents.ReviewDocumentPage, "review"),
    on("documents", "download_document", documents.DownloadDocumentView, "download"),
    on("instruments", "authenticate_instrument", instruments.AuthenticatePage),
    on("notices", "give_notice", notices.GiveNoticePage),
    on("objections", "decide_objection", notices.DecideObjectionPage),
    on("referrals", "complete_referral", ends.CompleteReferralPage),
    path("answers/<uuid:pk>/", production.ProductionView.as_view(), name="production"),
    on("answers", "preview_package", production.PreviewPackageView),
    on("answers", "request_approval", production.RequestApprovalPage),
    on("answers", "approve", production.ApprovePage),
    on("answers", "return_production", production.ReturnProductionPage),
    on("answers", "seal", production.SealPage),
    on("answers", "release", production.ReleasePage),
    on("answers", "hand_over", production.HandOverPage),
    on("answers", "recall", production.RecallPage),
    on("answers", "cancel_production", production.CancelProductionPage),
    on("answers", "purge", production.PurgePage),
    on("answers", "open_commitment", production.OpenCommitmentPage),
    on("answers", "end_notice", production.EndNoticePage),
    on("values", "reveal", production.RevealPage),
    path("requesters/<uuid:pk>/", people.RequesterView.as_view(), name="requester"),
    path("authorities/<int:pk>/", directory.AuthorityPage.as_view(), name="authority"),
    on("requesters", "verify_requester", people.VerifyPage),
    on("requesters", "confirm_verification", people.ConfirmVerificationPage),
    on("requesters", "suspend_requester", people.SuspendPage),
]

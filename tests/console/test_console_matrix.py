"""The fields of one account as an officer sees them before anything is judged."""

import pytest
from django.utils import translation

from disclosure.console.matrix import MatrixSources, matrix_of
from disclosure.console.rulings import LawView
from disclosure.domain.vocabulary import IdentityField
from disclosure.models import InstrumentItem
from disclosure.templatetags.desk_console import comma
from tests.factories import make_review, make_user, order, record_order

pytestmark = pytest.mark.django_db


def test_what_was_asked_beyond_the_order_shows_as_not_ordered():
    officer = make_user("case_officer")
    disclosure_request = make_review(officer=officer)
    target = disclosure_request.targets.get()
    asked = {row.field for row in target.requested_fields.all()}
    assert asked > {IdentityField.COMPANY_NAME}
    instrument = order(IdentityField.COMPANY_NAME)
    record_order(disclosure_request, instrument, officer=officer)
    nothing_judged = LawView({}, is_preview=True, evaluation=None)
    items = tuple(InstrumentItem.objects.all())
    rows = matrix_of(target, MatrixSources(nothing_judged, items)).rows
    assert {row.code for row in rows} == asked
    assert {row.code for row in rows if row.ordered} == {IdentityField.COMPANY_NAME}


@pytest.mark.parametrize(("language", "mark"), [("zh-hans", "、"), ("en", ", ")])
def test_a_list_of_words_is_written_as_its_reader_writes_it(language, mark):
    with translation.override(language):
        assert comma() == mark

"""Law as it was when used: stored rulebook versions and the holiday calendar."""

from django.db import models


class RulebookVersion(models.Model):
    """The exact bytes of a rulebook; requests pin the one they were judged under."""

    sha256 = models.CharField(max_length=64, unique=True)
    version = models.CharField(max_length=80)
    source = models.BinaryField()
    loaded_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.version


class Holiday(models.Model):
    """A day whose kind differs from its weekday: a rest day or a make-up day.

    Source: the yearly notice of the State Council named in `source`.
    """

    calendar = models.CharField(max_length=20, default="cn")
    date = models.DateField()
    is_working_day = models.BooleanField()
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)
    source = models.CharField(max_length=200)
    verified = models.BooleanField(default=False)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["calendar", "date"], name="holiday_date_unique"
            )
        ]

    def __str__(self) -> str:
        return f"{self.date} {self.name_zh}"

"""People as a good Django developer keeps them who has an hour: plain tables, the usual indexes."""

from django.db import models


class Cadre(models.Model):
    code = models.CharField(max_length=20, unique=True)
    name = models.CharField(max_length=120)

    class Meta:
        app_label = "staff"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Facility(models.Model):
    code = models.CharField(max_length=30, db_index=True)
    name = models.CharField(max_length=200, db_index=True)
    kind = models.CharField(max_length=20)

    class Meta:
        app_label = "staff"
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name


class Person(models.Model):
    family_name = models.CharField(max_length=100)
    given_names = models.CharField(max_length=100)
    sex = models.CharField(max_length=1, choices=(("F", "F"), ("M", "M")), db_index=True)
    born = models.DateField(null=True, blank=True)
    birth_place = models.CharField(max_length=100, blank=True)
    phone = models.CharField(max_length=20, blank=True, db_index=True)
    cadre = models.ForeignKey(Cadre, models.PROTECT, null=True, blank=True)
    facility = models.ForeignKey(Facility, models.PROTECT, null=True, blank=True)

    class Meta:
        app_label = "staff"
        ordering = ("family_name", "given_names")
        indexes = (models.Index(fields=["family_name", "given_names"]),)

    def __str__(self) -> str:
        return f"{self.family_name} {self.given_names}"


class Identifier(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="identifiers")
    kind = models.CharField(max_length=20)
    number = models.CharField(max_length=40, db_index=True)

    class Meta:
        app_label = "staff"


class Posting(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="postings")
    facility = models.ForeignKey(Facility, models.PROTECT, null=True)
    cadre = models.ForeignKey(Cadre, models.PROTECT, null=True)
    starts = models.DateField(null=True)
    ends = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=60, blank=True, db_index=True)

    class Meta:
        app_label = "staff"


class Employment(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="employments")
    status = models.CharField(max_length=20)
    category = models.CharField(max_length=20)
    step = models.IntegerField(null=True)
    starts = models.DateField(null=True)

    class Meta:
        app_label = "staff"


class Qualification(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="qualifications")
    diploma = models.CharField(max_length=20)
    awarded = models.DateField(null=True)

    class Meta:
        app_label = "staff"


class Licence(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="licences")
    body = models.CharField(max_length=20)
    reference = models.CharField(max_length=30, db_index=True)
    starts = models.DateField(null=True)

    class Meta:
        app_label = "staff"


class Absence(models.Model):
    person = models.ForeignKey(Person, models.CASCADE, related_name="absences")
    kind = models.CharField(max_length=20)
    starts = models.DateField(null=True)
    ends = models.DateField(null=True)

    class Meta:
        app_label = "staff"

"""Two files of one person: linked, they bear one name wherever it counts; parted, everything is as before."""

import pytest

from baarada.journal import actions, runtime, verification
from baarada.journal.models import ConflictRow, Link
from baarada.kernel.ids import as_uuid
from tests.invented.models import Child, File
from tests.journal.nodes import FILE, load, make


@pytest.fixture
def files(country, fatou):
    """Four files, each with a row, by id."""
    made = sorted((make(fatou, name=f"n{i}") for i in range(4)), key=lambda file: file.pk)
    with actions.write("created", by=fatou) as act:
        for file in made:
            act.create(Child, file=file)
    return made


@pytest.fixture(autouse=True)
def as_written(country):
    """Whatever is linked, the names are those that the links give."""
    yield
    assert list(verification.verify(runtime.engine())) == []


def link(by, one, other):
    with actions.write("linked", by=by) as act:
        return act.link(one, other)


def part(by, made, active=False):
    made = load(made)
    with actions.write("unlinked", by=by) as act:
        act.change(made, {"active": active}, seen=actions.seen(made))


def names(files):
    return [load(file).canonical for file in files]


def row_names(files):
    return [Child.objects.get(file=file.pk).canonical for file in files]


def test_a_chain_of_links_is_one_file_under_the_smallest_id(files, fatou):
    a, b, c, d = files
    link(fatou, c, d)
    link(fatou, b, c)
    assert names(files) == row_names(files) == [a.pk, b.pk, b.pk, b.pk]
    link(fatou, d, a)
    assert names(files) == row_names(files) == [a.pk] * 4


def test_a_chain_that_is_parted_in_the_middle_is_two(files, fatou):
    a, b, c, d = files
    link(fatou, a, b)
    middle = link(fatou, b, c)
    link(fatou, c, d)
    part(fatou, middle)
    assert names(files) == row_names(files) == [a.pk, a.pk, c.pk, c.pk]
    part(fatou, middle, active=True)
    assert names(files) == row_names(files) == [a.pk] * 4


def test_two_links_of_one_pair_part_only_together(files, fatou):
    a, b, *_ = files
    one, two = link(fatou, a, b), link(fatou, b, a)
    part(fatou, one)
    assert names([a, b]) == [a.pk, a.pk]
    part(fatou, two)
    assert names([a, b]) == [a.pk, b.pk]


def test_new_rows_and_rows_that_move_bear_the_name_of_their_file(files, fatou):
    a, b, c, _ = files
    link(fatou, a, b)
    with actions.write("created", by=fatou) as act:
        new = act.create(Child, file=b)
    assert load(new).canonical == a.pk

    row = Child.objects.get(file=c.pk)
    with actions.write("changed", by=fatou) as act:
        act.change(row, {"file": b}, seen=actions.seen(row))
    assert (load(row).file_id, load(row).canonical) == (b.pk, a.pk)


def test_a_question_about_a_linked_file_stands_under_its_name(files, fatou, amina):
    a, b, *_ = files
    page = actions.seen(load(b))
    for by, name in ((fatou, "x"), (amina, "y")):
        with actions.write("changed", by=by) as act:
            act.change(load(b), {"name": name}, seen=page)
    assert ConflictRow.objects.get().file == b.pk
    made = link(fatou, a, b)
    assert ConflictRow.objects.get().file == a.pk
    part(fatou, made)
    assert ConflictRow.objects.get().file == b.pk


def test_a_deleted_link_parts_the_files_and_a_link_from_elsewhere_joins_them(files, fatou, engine, elsewhere):
    a, b, *_ = files
    made = link(fatou, a, b)
    with actions.write("deleted", by=fatou) as act:
        act.delete(load(made), seen=actions.seen(load(made)))
    assert names([a, b]) == [a.pk, b.pk]

    elsewhere.hear(engine)
    elsewhere.create(1, {1: FILE, 2: b.pk.bytes, 3: a.pk.bytes, 4: True})
    elsewhere.meet(engine)
    assert names([a, b]) == row_names([a, b]) == [a.pk, a.pk]
    assert Link.objects.count() == 2


def drop(by, file):
    with actions.write("deleted", by=by) as act:
        act.delete(load(file), seen=actions.seen(load(file)))


def take_back(by, file):
    with actions.write("restored", by=by) as act:
        act.restore(load(file), seen=actions.seen(load(file)))


def test_a_deleted_file_gives_no_name_to_those_that_are_there(files, fatou):
    """Of two files of one person, the older one is struck out: the other must not go with it."""
    a, b, c, _ = files
    link(fatou, a, b)
    link(fatou, b, c)

    drop(fatou, a)
    assert names(files[:3]) == row_names(files[:3]) == [b.pk] * 3
    drop(fatou, b)
    assert names(files[:3]) == [c.pk] * 3
    drop(fatou, c)
    assert names(files[:3]) == row_names(files[:3]) == [a.pk] * 3
    take_back(fatou, b)
    assert names(files[:3]) == row_names(files[:3]) == [b.pk] * 3


def test_linking_to_a_deleted_file_hides_nobody(files, fatou):
    a, b, *_ = files
    drop(fatou, a)

    link(fatou, a, b)

    assert names([a, b]) == [b.pk, b.pk]


def test_an_erased_deletion_gives_the_name_back(files, engine, elsewhere, capital):
    elsewhere.hear(engine)
    one, other = sorted(elsewhere.create(FILE, {1: name}) for name in ("x", "y"))
    elsewhere.create(1, {1: FILE, 2: one[1], 3: other[1], 4: True})
    elsewhere.delete(one)
    for node in (engine, capital.engine):
        elsewhere.meet(node)
    assert File.objects.get(pk=as_uuid(other[1])).canonical.bytes == other[1]

    last = max(lane.last for lane in engine.store.lanes() if lane.key.origin == elsewhere.origin)
    capital.erase((elsewhere.origin, elsewhere.office, last, last))
    capital.meet(engine)

    assert File.objects.get(pk=as_uuid(other[1])).canonical.bytes == one[1]


def test_linking_what_another_parts_at_the_same_time_is_a_question(files, fatou, engine, elsewhere):
    a, b, *_ = files
    made = link(fatou, a, b)
    elsewhere.hear(engine)
    key = (1, made.pk.bytes)
    elsewhere.change(key, {4: False})
    part(fatou, made)
    part(fatou, made, active=True)
    elsewhere.meet(engine)
    assert ConflictRow.objects.get().type == 1
    assert names([a, b]) == [a.pk, a.pk]
    assert File.objects.count() == 4

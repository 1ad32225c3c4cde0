"""Outlines of places: from a file by code or name, from a package at build time; bad ones change nothing."""

import hashlib
import io
import json
import sys
import tarfile

import pytest
from django.core.management import call_command

from baarada.indicators import outlines
from baarada.indicators.areas import AreaMap
from baarada.kernel.errors import Refused
from baarada.packs import outlines as building
from baarada.packs import shapes
from baarada.packs.reader import available, read
from tests.conftest import TODAY

SQUARE = [[[0, 10], [1, 10], [2, 10], [2, 12], [0, 12], [0, 10]]]


def feature(square=None, **properties):
    geometry = {"type": "Polygon", "coordinates": square or SQUARE}
    return {"type": "Feature", "properties": properties, "geometry": geometry}


@pytest.fixture
def file(tmp_path):
    def write(data):
        path = tmp_path / "contours.geojson"
        path.write_text(data if isinstance(data, str) else json.dumps(data), encoding="utf-8")
        return path

    return write


@pytest.fixture
def home(settings, tmp_path):
    from dataclasses import replace

    settings.CONFIG = replace(settings.CONFIG, home=tmp_path / "home", pack="nowhere")
    return settings.CONFIG.home


@pytest.mark.django_db
class TestBroughtIn:
    def test_by_code_or_by_name_without_accents(self, land, file, home):
        found = [
            feature(CODE="nord"),
            feature(shapeName="SÙD"),
            feature(name="Ailleurs"),
            feature(name="Est"),
        ]
        brought = outlines.bring_in(file({"type": "FeatureCollection", "features": found}), AreaMap(TODAY))

        assert brought.levels == {"region": 2}
        assert brought.unmatched == ["Ailleurs", "Est"]
        kept = outlines.of_level("region")
        assert sorted(kept.rings) == ["nord", "sud"]
        assert kept.rings["nord"] == [
            [[0, 100_000], [20_000, 100_000], [20_000, 120_000], [0, 120_000], [0, 100_000]]
        ]
        assert outlines.of_level("health_district").rings == {}

    def test_of_two_levels_of_the_same_names_the_higher_is_meant(self, land, register, file, home):
        register.area("Nord", "health_district", code="nord-d", parent=land["north"])
        path = file({"type": "FeatureCollection", "features": [feature(name="Nord")]})

        assert outlines.bring_in(path, AreaMap(TODAY)).levels == {"region": 1}

    def test_a_level_may_be_named_and_forgotten(self, land, file, home, capsys):
        path = file({"type": "FeatureCollection", "features": [feature(name="Est"), feature(name="Nord")]})
        call_command("outlines", str(path), "--level", "health_district")

        assert "District sanitaire : 1 contour gardé." in capsys.readouterr().out.replace("\u00a0", " ")
        assert list(outlines.of_level("health_district").rings) == ["est"]
        call_command("outlines", "--forget", "health_district")
        assert outlines.of_level("health_district").rings == {}

    @pytest.mark.parametrize(
        "data",
        [
            "", "pas du tout", "[]", "{}", '{"type": "Topology", "features": []}',
            {"type": "FeatureCollection", "features": [feature([[[500, 1], [501, 1], [501, 2]]], name="Nord")]},
            {"type": "FeatureCollection", "features": [feature([[["a", "b"]]], name="Nord")]},
            {"type": "FeatureCollection", "features": [{"geometry": {"type": "Point", "coordinates": [1, 2]}}]},
            {"type": "FeatureCollection", "features": [feature(name="Nulle part")]},
            {"type": "FeatureCollection", "features": ["x"]},
        ],
    )  # fmt: skip
    def test_what_is_none_is_refused_in_a_sentence_and_nothing_is_kept(self, land, file, home, data):
        with pytest.raises(Refused) as refused:
            outlines.bring_in(file(data), AreaMap(TODAY))
        assert str(refused.value).count(".") >= 1
        assert not outlines.imported().exists()

    def test_a_file_that_is_not_there_or_too_large(self, land, tmp_path, home, file, monkeypatch):
        with pytest.raises(Refused, match="ne peut pas être lu"):
            outlines.bring_in(tmp_path / "rien", AreaMap(TODAY))
        monkeypatch.setattr(outlines, "LARGEST_FILE", 3)
        with pytest.raises(Refused, match="60"):
            outlines.bring_in(file("    "), AreaMap(TODAY))


def test_neighbours_still_share_their_border_when_made_simple():
    left = [[[0, 0], [10_111, 0], [10_111, 9_977], [0, 9_977], [0, 0]]]
    right = [[[10_111, 0], [20_000, 0], [20_000, 9_977], [10_111, 9_977], [10_111, 0]]]
    shared = {tuple(p) for p in shapes.simplified(left)[0]} & {tuple(p) for p in shapes.simplified(right)[0]}

    assert len(shared) == 2


def test_a_small_place_does_not_vanish():
    tiny = [[[0, 0], [3, 0], [3, 3], [0, 0]]]

    assert shapes.simplified(tiny) == tiny


TOPOLOGY = {
    "type": "Topology", "transform": {"scale": [0.5, 0.5], "translate": [-1, 10]},
    "arcs": [[[0, 0], [4, 0], [0, 4]], [[4, 4], [-4, 0], [0, -4]]],
    "objects": {"x": {"type": "GeometryCollection", "geometries": [
        {"type": "Polygon", "properties": {"name": "Timbuktu"}, "arcs": [[0, 1]]},
        {"type": None, "properties": {"name": "rien"}},
    ]}},
}  # fmt: skip


class TestAtBuildTime:
    @pytest.fixture
    def said(self):
        data = json.dumps(TOPOLOGY).encode()
        return {
            "level": "region", "package": "cartes", "version": "1.0.0", "notice": "Essai", "file": "package/x.json",
            "source": "Essai",
            "sha256": hashlib.sha256(data).hexdigest(), "codes": {"Timbuktu": "tb"},
        }  # fmt: skip

    @pytest.fixture
    def npm(self, monkeypatch):
        """An npm that brings a package with one file."""
        asked = []

        def holding(data):
            def packed(name, folder):
                asked.append(name)
                with tarfile.open(folder / "x.tgz", mode="w:gz") as package:
                    for inside in ("package/a", "package/x.json"):
                        info = tarfile.TarInfo(inside)
                        info.size = len(data)
                        package.addfile(info, io.BytesIO(data))
                return folder / "x.tgz"

            monkeypatch.setattr(building, "_packed", packed)
            return asked

        return holding

    def test_the_file_of_the_package_becomes_outlines_by_code_once(self, said, npm, tmp_path):
        asked = npm(json.dumps(TOPOLOGY).encode())
        for _time in range(2):
            building.build(tmp_path / "out.json", said)

        assert asked == ["cartes@1.0.0"]
        made = json.loads((tmp_path / "out.json").read_text(encoding="utf-8"))
        corners = [
            [-10_000, 100_000],
            [10_000, 100_000],
            [10_000, 120_000],
            [-10_000, 120_000],
            [-10_000, 100_000],
        ]
        assert made["region"] == {"source": "Essai", "rings": {"tb": [corners]}}

    def test_another_file_than_the_one_chosen_is_not_taken(self, said, npm, tmp_path):
        npm(b"{}")
        with pytest.raises(building.NotFetched):
            building.build(tmp_path / "out.json", said)
        assert not (tmp_path / "out.json").exists()

    def test_without_npm_or_a_network_it_is_said_with_what_to_do(self, said, monkeypatch, tmp_path):
        monkeypatch.setattr(building.shutil, "which", lambda name: None)
        with pytest.raises(building.NotFetched, match="apt-get install npm"):
            building.build(tmp_path / "out.json", said)
        monkeypatch.setattr(building.shutil, "which", lambda name: sys.executable)
        with pytest.raises(building.NotFetched, match=r"could not bring cartes@1\.0\.0"):
            building.build(tmp_path / "out.json", said)

    def test_the_codes_of_each_pack_are_those_of_its_areas(self):
        for name, said in building.wanted().items():
            assert name in available()
            areas = {row.get("code"): row.get("kind") for row in read(name).tables["areas"]}
            assert {areas.get(code) for code in said["codes"].values()} == {said["level"]}

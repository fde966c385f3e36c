"""Set-up from nothing: what is installed when, and what a person is told."""

import fcntl
import os
import re

import pytest

from scripts import bootstrap

HERE = (3, 11, 2)


@pytest.fixture
def checkout(tmp_path, monkeypatch):
    """An empty checkout with two small locks; what would be run is only written down."""
    (tmp_path / "requirements.txt").write_text("django==5.2\n")
    (tmp_path / "requirements-dev.txt").write_text("django==5.2\npytest==9\n")
    monkeypatch.setattr(bootstrap, "ROOT", tmp_path)
    monkeypatch.setattr(bootstrap, "VENV", tmp_path / ".venv")
    return tmp_path


@pytest.fixture
def ran(checkout, monkeypatch):
    """The commands that touched the network or the environment, which is then there."""
    commands = []

    def run(argv, _sentence):
        commands.append("venv" if "venv" in argv else str(argv[-1].name))
        site = checkout / ".venv" / "lib" / "python3.11" / "site-packages" / "pip"
        site.mkdir(parents=True, exist_ok=True)
        (checkout / ".venv" / "bin").mkdir(exist_ok=True)
        (checkout / ".venv" / "bin" / "python").touch()

    monkeypatch.setattr(bootstrap, "run", run)
    return commands


def test_the_second_call_installs_nothing(ran):
    bootstrap.prepare_venv("run", HERE)
    bootstrap.prepare_venv("run", HERE)

    assert ran == ["venv", "requirements.txt"]


def test_a_changed_lock_is_installed_into_the_same_environment(checkout, ran):
    bootstrap.prepare_venv("run", HERE)
    (checkout / "requirements.txt").write_text("django==5.2.1\n")

    bootstrap.prepare_venv("run", HERE)

    assert ran == ["venv", "requirements.txt", "requirements.txt"]


def test_what_is_ready_for_tests_is_ready_to_run(ran):
    bootstrap.prepare_venv("dev", HERE)
    bootstrap.prepare_venv("run", HERE)

    assert ran == ["venv", "requirements-dev.txt"]


def test_what_is_ready_to_run_is_not_ready_for_tests(ran):
    bootstrap.prepare_venv("run", HERE)
    bootstrap.prepare_venv("dev", HERE)

    assert ran == ["venv", "requirements.txt", "requirements-dev.txt"]


def test_another_python_makes_a_new_environment(ran):
    bootstrap.prepare_venv("run", HERE)
    bootstrap.prepare_venv("run", (3, 12, 1))

    assert ran == ["venv", "requirements.txt", "venv", "requirements.txt"]


def test_an_install_that_was_cut_off_is_done_again(checkout, ran, monkeypatch):
    bootstrap.prepare_venv("run", HERE)
    (checkout / "requirements.txt").write_text("django==5.2.1\n")
    quietly = bootstrap.run

    def cut_off(argv, sentence):
        raise bootstrap.CannotGoOn(sentence)

    monkeypatch.setattr(bootstrap, "run", cut_off)
    with pytest.raises(bootstrap.CannotGoOn, match="网络"):
        bootstrap.prepare_venv("run", HERE)
    monkeypatch.setattr(bootstrap, "run", quietly)
    (checkout / "requirements.txt").write_text("django==5.2\n")

    bootstrap.prepare_venv("run", HERE)

    assert ran[-1] == "requirements.txt"
    assert len(ran) == 3


def test_a_linked_environment_is_used_as_it_is(checkout, ran, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("shared")
    (elsewhere / "bin").mkdir()
    (elsewhere / "bin" / "python").touch()
    (checkout / ".venv").symlink_to(elsewhere)

    bootstrap.prepare_venv("dev", HERE)

    assert ran == []
    assert sorted(path.name for path in elsewhere.iterdir()) == ["bin"]


def test_a_link_that_leads_nowhere_is_named(checkout, ran):
    (checkout / ".venv").symlink_to(checkout / "gone")

    with pytest.raises(bootstrap.CannotGoOn, match=r"\.venv"):
        bootstrap.prepare_venv("run", HERE)


@pytest.mark.parametrize("version", [(2, 7, 18), (3, 9, 2), (3, 10, 14), (3, 14, 0)])
def test_a_python_that_does_not_fit_is_told_in_both_languages(version):
    sentence = bootstrap.python_refusal(version)

    assert "需要 Python 3.11" in sentence
    assert "is needed" in sentence


@pytest.mark.parametrize("version", [(3, 11, 0), (3, 12, 4), (3, 13, 1)])
def test_a_python_that_fits_goes_on(version):
    assert bootstrap.python_refusal(version) is None


def test_without_rights_tests_stop_and_name_the_debian_packages(monkeypatch):
    redis = bootstrap.Need("Redis", lambda: False, ["redis-server"], {"dev"})
    monkeypatch.setattr(bootstrap, "NEEDS", [redis])
    monkeypatch.setattr(bootstrap, "may_use_apt", lambda: False)

    with pytest.raises(bootstrap.CannotGoOn) as refusal:
        bootstrap.prepare_system("dev")

    assert str(refusal.value) == (
        "缺少 Redis，请以管理员身份执行：sudo apt-get install --no-install-recommends redis-server\n"
        "Missing system packages: sudo apt-get install --no-install-recommends redis-server"
    )


def test_without_pango_the_portal_runs_and_says_what_is_missing(monkeypatch, capsys):
    monkeypatch.setattr(bootstrap, "has_pango", lambda: False)
    pango = bootstrap.Need("PDF", lambda: False, ["libpango-1.0-0"], {"run"}, essential=False)
    monkeypatch.setattr(bootstrap, "NEEDS", [pango])
    monkeypatch.setattr(bootstrap, "may_use_apt", lambda: False)

    bootstrap.prepare_system("run")

    told = capsys.readouterr().err
    assert "libpango-1.0-0" in told
    assert "PDF 导出暂不可用" in told


def test_with_rights_everything_missing_is_installed_in_one_go(monkeypatch):
    installed = []
    needs = [
        bootstrap.Need("a", lambda: "one" in installed, ["one"], {"dev"}),
        bootstrap.Need("b", lambda: "two" in installed, ["two", "three"], {"dev"}),
        bootstrap.Need("c", lambda: True, ["never"], {"dev"}),
    ]
    monkeypatch.setattr(bootstrap, "NEEDS", needs)
    monkeypatch.setattr(bootstrap, "may_use_apt", lambda: True)
    monkeypatch.setattr(bootstrap, "apt_install", installed.extend)

    bootstrap.prepare_system("dev")

    assert installed == ["one", "two", "three"]


def test_running_needs_neither_browser_nor_redis():
    for_running = {need.what for need in bootstrap.NEEDS if "run" in need.needed_for}

    assert for_running == {"Python venv", "PDF (Pango)"}


def test_a_second_caller_waits_for_the_first(checkout):
    with bootstrap.one_at_a_time():
        other = os.open(checkout, os.O_RDONLY)
        with pytest.raises(BlockingIOError):
            fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)

    fcntl.flock(other, fcntl.LOCK_EX | fcntl.LOCK_NB)
    os.close(other)


def test_the_lock_for_tests_holds_everything_of_the_lock_for_running():
    def pins(name):
        return set(re.findall(r"^\S+==\S+", (bootstrap.ROOT / name).read_text(), re.M))

    missing = pins("requirements.txt") - pins("requirements-dev.txt")

    assert missing == set()

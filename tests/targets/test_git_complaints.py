"""What git and git hosts say when they refuse, and what a person reads of it."""

from __future__ import annotations

import pytest

from podpipe.targets.git.complaints import AGAIN, explain, refusal


@pytest.mark.parametrize(
    ("said", "message", "hint"),
    [
        (
            "git@github.com: Permission denied (publickey).\nfatal: Could not read from remote repository.\n",
            "the remote does not let podpipe in: git@github.com: Permission denied (publickey).",
            "ssh key",
        ),
        (
            "fatal: could not read Username for 'https://github.com': terminal prompts disabled\n",
            "the remote does not let podpipe in: could not read Username for 'https://github.com': terminal prompts disabled",
            "gh auth setup-git",
        ),
        (
            (
                "remote: Permission to example/show.git denied to aki.\nfatal: unable to access 'https://x:s3cret@github.com/': "
                "The requested URL returned error: 403\n"
            ),
            "the remote does not let podpipe in: unable to access 'https://github.com/': The requested URL returned error: 403",
            "may write there",
        ),
        (
            "remote: Repository not found.\nfatal: repository 'https://github.com/example/show.git/' not found\n",
            "there is no repository, or none that may be seen: Repository not found.",
            "check the address",
        ),
        (
            "Host key verification failed.\nfatal: Could not read from remote repository.\n",
            "the remote's ssh key is not known here: Host key verification failed.",
            "ssh HOST",
        ),
        (
            "fatal: unable to access 'https://example.com/': Could not resolve host: example.com\n",
            "the remote cannot be reached: unable to access 'https://example.com/': Could not resolve host: example.com",
            "check the address and the connection",
        ),
        (
            "ssh: connect to host example.com port 22: Connection timed out\n",
            "the remote cannot be reached: connect to host example.com port 22: Connection timed out",
            "check the address and the connection",
        ),
        (
            "error: unable to write file: No space left on device\nfatal: failed to write object\n",
            "the disk is full: unable to write file: No space left on device",
            "free some space",
        ),
        (
            "error: insufficient permission for adding an object to repository database objects\n",
            "the repository cannot be written to: insufficient permission for adding an object to repository database objects",
            "give yourself the right",
        ),
        (
            "fatal: detected dubious ownership in repository at '/srv/site.git'\nTo add an exception, call:\n",
            "the repository is another user's: detected dubious ownership in repository at '/srv/site.git'",
            "safe.directory",
        ),
        ("warning: odd\nfatal: bad object 1234\nlast words\n", "git failed: bad object 1234", AGAIN),
        ("", "git failed: it does not say why", AGAIN),
    ],
)
def test_a_failure_is_told_in_plain_words_with_what_git_said(said: str, message: str, hint: str) -> None:
    told, advice = explain(said)
    assert told == message
    assert hint in advice


@pytest.mark.parametrize(
    ("said", "reason"),
    [
        (
            (
                "!\tHEAD:refs/heads/main\t[remote rejected] (protected branch hook declined)\n"
                "remote: Resolving deltas: 100% (1/1), done.\rremote: \nremote: error: GH006: Protected branch update failed.        \n"
                "remote: error: Changes must be made through a pull request.\n"
            ),
            "GH006: Protected branch update failed.; Changes must be made through a pull request.",
        ),
        (
            (
                "remote: error: Trace: 0123456789abcdef\nremote: error: See https://gh.io/lfs for more information.\n"
                "remote: error: File a.mp3 is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB\n"
                "!\tHEAD:refs/heads/main\t[remote rejected] (pre-receive hook declined)\n"
            ),
            "File a.mp3 is 120.00 MB; this exceeds GitHub's file size limit of 100.00 MB",
        ),
        (
            "remote: no publishing on Fridays\n!\tHEAD:refs/heads/main\t[remote rejected] (hook declined)\n",
            "no publishing on Fridays",
        ),
        ("!\tHEAD:refs/heads/main\t[remote rejected] (branch is currently checked out)\n", "branch is currently checked out"),
        ("fatal: the remote end hung up unexpectedly\n", None),
    ],
)
def test_a_refusal_is_told_in_the_remotes_own_words(said: str, reason: str | None) -> None:
    assert refusal(said) == reason

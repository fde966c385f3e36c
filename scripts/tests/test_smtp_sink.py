"""The mail server of the measurements takes every letter and says whose it was."""

import smtplib

from scripts.smtp_sink import letters, sink


def test_letters_over_one_connection_are_kept_with_recipient_and_id(tmp_path):
    kept = tmp_path / "letters"
    kept.touch()

    with sink(kept) as port, smtplib.SMTP("127.0.0.1", port) as line:
        for number in (1, 2):
            line.sendmail(
                "a@x.test", [f"b{number}@x.test"], f"Message-ID: <{number}@x>\r\n\r\n.\r\nwords"
            )

    assert letters(kept) == [("b1@x.test", "<1@x>"), ("b2@x.test", "<2@x>")]

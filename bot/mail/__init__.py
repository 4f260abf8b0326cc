"""E-mail to support: what a mail says, and how it reaches the mail server."""

from bot.mail.case_mail import CaseMail, compose_case_mail
from bot.mail.delivery import Mailer
from bot.mail.message import Mail
from bot.mail.server import MailRefused, MailTrouble, MailTryLater, SmtpServer

__all__ = [
    "CaseMail",
    "Mail",
    "MailRefused",
    "MailTrouble",
    "MailTryLater",
    "Mailer",
    "SmtpServer",
    "compose_case_mail",
]

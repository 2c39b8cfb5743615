"""Checks a server before work begins: what would corrupt, hide or lose annotation, and what to do about it."""

from goldspan.doccano.doctor.run import CHECKS, ROUND_CHECKS, UNREACHABLE, DoctorReport, remedy, run_doctor

__all__ = ["CHECKS", "ROUND_CHECKS", "UNREACHABLE", "DoctorReport", "remedy", "run_doctor"]

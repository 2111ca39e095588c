"""Public holidays and make-up workdays of the countries that are known, from kept lists of others.

China's come from the package *chinesecalendar*, which writes down the yearly notice of the State
Council (国务院办公厅关于部分节假日安排的通知): every day off, weekends within a holiday among them,
and every make-up workday. The notice for a year comes out in November before it.
"""

from collections.abc import Mapping
from datetime import date
from types import MappingProxyType
from typing import Final

import chinese_calendar.constants as china

from hub.hours import Locale, PublicDay, PublicDays

# The package's own names are short forms.
_NAMES: Final[Mapping[str, Mapping[Locale, str]]] = {
    "New Year's Day": {"zh-CN": "元旦", "en": "New Year’s Day"},
    "Spring Festival": {"zh-CN": "春节", "en": "Spring Festival"},
    "Tomb-sweeping Day": {"zh-CN": "清明节", "en": "Tomb-Sweeping Day"},
    "Labour Day": {"zh-CN": "劳动节", "en": "Labour Day"},
    "Dragon Boat Festival": {"zh-CN": "端午节", "en": "Dragon Boat Festival"},
    "Mid-autumn Festival": {"zh-CN": "中秋节", "en": "Mid-Autumn Festival"},
    "National Day": {"zh-CN": "国庆节", "en": "National Day"},
}


class ChinaDays:
    """The public days of mainland China. Implements :class:`hub.hours.PublicDays`."""

    def __init__(self) -> None:
        """Reads the package's tables once."""
        named = {one.value: _name(one.value, one.chinese) for one in china.Holiday}
        off = {day: PublicDay(named[name], working=False) for day, name in china.holidays.items()}
        on = {day: PublicDay(named[name], working=True) for day, name in china.workdays.items()}
        self._days: Mapping[date, PublicDay] = MappingProxyType({**off, **on})
        # A year is published when its first day is there, which is always off; days in December
        # that belong to the next year's notice do not make that year known.
        years: list[int] = sorted(day.year for day in off if (day.month, day.day) == (1, 1))
        self.first_year, self.last_year = years[0], years[-1]

    def on(self, day: date) -> PublicDay | None:
        """What the day is; None: an ordinary one, or of a year that is not known."""
        return self._days.get(day)


def _name(english: str, chinese: str) -> Mapping[Locale, str]:
    return _NAMES.get(english, {"zh-CN": chinese, "en": english})


def public_calendars() -> Mapping[str, PublicDays]:
    """Every country whose public days are known, by its code (ISO 3166-1)."""
    return MappingProxyType({"CN": ChinaDays()})

"""What a person finds on the home page: what is to be done today, who waits for whom.

Only reads; every number comes from the same querysets the lists behind it use. A room for each desk:
``secretary`` (书记、党务干部), ``desk`` (whoever reviews), ``lookers`` (leaders, the organisation department,
members of a committee, inspectors); ``lines`` and ``reports`` are what they share. A home page is asked by everybody
first thing in the morning: it reads in at most twenty statements (B2), so facts of one row are read together.
"""

from branchyear.home.desk import reviewer
from branchyear.home.lookers import inspector, leader, member
from branchyear.home.secretary import secretary

__all__ = ["inspector", "leader", "member", "reviewer", "secretary"]

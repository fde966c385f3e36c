-- Every rule of 支部体检 as one statement, written by hand and once for both databases: ymd(), mon(), cn() and
-- later30() are spelled out per database, {names} are days and lists (bench/rules/by_hand.py).
WITH o AS (SELECT * FROM branches_organization WHERE closed_on IS NULL),
b AS (SELECT id, path, branch_type, covered_units, established_on AS since FROM o WHERE kind = 'branch'),
m AS (SELECT m.*, o.path, o.branch_type, o.established_on AS since
      FROM members_member m JOIN o ON o.id = m.organization_id WHERE m.standing IN {counted}),
c AS (SELECT organization_id AS id, count(*) AS n,
             sum(CASE WHEN category = 'formal' THEN 1 ELSE 0 END) AS formal
      FROM m GROUP BY organization_id),
g AS (SELECT substr(path, 1, length(path) - 4) AS path, count(*) AS g FROM o WHERE kind = 'group'
      GROUP BY 1),
gr AS (SELECT x.id, x.name, x.established_on AS since, b.id AS branch FROM o x
       JOIN b ON b.path = substr(x.path, 1, length(x.path) - 4) WHERE x.kind = 'group'),
gn AS (SELECT group_id AS id, count(*) AS n,
              sum(CASE WHEN category = 'formal' THEN 1 ELSE 0 END) AS formal
       FROM members_member WHERE group_id IS NOT NULL AND standing IN {counted} GROUP BY group_id),
un AS (SELECT organization_id AS id, unit, count(*) AS n FROM m
       WHERE branch_type = 'joint' AND unit <> '' GROUP BY 1, 2),
q AS ({quarters}), p AS ({months}),
e AS (SELECT id FROM o WHERE branch_type <> 'temporary'
      AND kind IN ('branch', 'general_branch', 'primary_committee')),
t AS (SELECT t.*, coalesce(t.extended_to, t.expires_on) AS due_on FROM branches_term t
      JOIN e ON e.id = t.organization_id WHERE t.ended_on IS NULL),
s AS (SELECT x.*, o.kind, o.branch_type FROM members_postheld x JOIN o ON o.id = x.organization_id
      WHERE x.starts_on <= {day} AND (x.ends_on IS NULL OR x.ends_on >= {day})),
k AS (SELECT organization_id AS id, count(DISTINCT member_id) AS seats,
             count(DISTINCT CASE WHEN post = 'deputy_secretary' THEN member_id END) AS deputies,
             count(DISTINCT CASE WHEN post NOT IN ('secretary', 'deputy_secretary') THEN member_id END)
               AS others,
             max(CASE WHEN post = 'secretary' OR duties LIKE '%支部书记%' THEN 1 ELSE 0 END) AS p1,
             max(CASE WHEN post = 'organization_officer' OR duties LIKE '%组织委员%' THEN 1 ELSE 0 END)
               AS p2,
             max(CASE WHEN post = 'publicity_officer' OR duties LIKE '%宣传委员%' THEN 1 ELSE 0 END) AS p3,
             max(CASE WHEN post = 'discipline_officer' OR duties LIKE '%纪检委员%' THEN 1 ELSE 0 END)
               AS p4
      FROM s WHERE post IN {committee} GROUP BY 1),
seat AS (SELECT DISTINCT organization_id AS id, member_id FROM s WHERE post IN {committee}),
leads AS (SELECT DISTINCT member_id FROM members_postheld WHERE post IN {committee}
          AND starts_on <= {day} AND (ends_on IS NULL OR ends_on >= {day})),
h AS (SELECT x.* FROM members_meeting x JOIN o ON o.id = x.organization_id
      WHERE x.voided_at IS NULL AND x."on" BETWEEN {start} AND {end}),
apps AS (SELECT a.* FROM members_appraisal a JOIN o ON o.id = a.organization_id),
took AS (SELECT r.member_id FROM members_appraisalresult r
         JOIN members_appraisal a ON a.id = r.appraisal_id WHERE a.year = 2026 AND r.took_part),
tk AS (SELECT speaker_id AS one, listener_id AS other FROM members_talk
       WHERE voided_at IS NULL AND "on" BETWEEN {new_year} AND {end}
       UNION SELECT listener_id, speaker_id FROM members_talk
       WHERE voided_at IS NULL AND "on" BETWEEN {new_year} AND {end}),
mt AS (SELECT m.id, m.organization_id,
              CASE WHEN seat.member_id IS NULL THEN 0 ELSE 1 END AS sits, k.seats, c.n
       FROM m JOIN k ON k.id = m.organization_id JOIN c ON c.id = m.organization_id
       LEFT JOIN seat ON seat.id = m.organization_id AND seat.member_id = m.id
       WHERE m.since IS NULL OR m.since <= {new_year}),
wo AS (SELECT mt.id, count(CASE WHEN seat.member_id IS NOT NULL THEN 1 END) AS officers,
              count(CASE WHEN seat.member_id IS NULL AND tk.other IS NOT NULL THEN 1 END) AS plain
       FROM mt LEFT JOIN tk ON tk.one = mt.id
       LEFT JOIN seat ON seat.id = mt.organization_id AND seat.member_id = tk.other GROUP BY mt.id),
sit AS (SELECT organization_id AS id, count(*) - sum(sits) AS plain FROM mt GROUP BY 1),
tr AS (SELECT r.member_id, sum(r.hours) AS hours,
              max(CASE WHEN x.kind IN ('course', 'induction') THEN 1 ELSE 0 END) AS course
       FROM members_trainingrecord r JOIN members_training x ON x.id = r.training_id
       WHERE x.voided_at IS NULL AND x.starts_on BETWEEN {new_year} AND {end} GROUP BY 1),
at AS (SELECT a.member_id, sum(x.hours) AS hours FROM members_attendance a
       JOIN members_meeting x ON x.id = a.meeting_id WHERE a.status = 'present'
       AND x.voided_at IS NULL AND x."on" BETWEEN {new_year} AND {end} GROUP BY 1),
hours AS (SELECT m.id, m.organization_id, m.name, coalesce(tr.course, 0) AS course,
                 round(CAST(coalesce(tr.hours, 0) + coalesce(at.hours, 0) AS numeric), 2) AS had,
                 CASE WHEN m.came IS NULL OR m.came < {new_year} THEN 12
                      WHEN m.came > {end} THEN 0
                      ELSE 13 - CAST(ymd(m.came) / 100 AS integer) % 100 END AS here
          FROM (SELECT m.*, CASE WHEN m.joined_branch_on > coalesce(m.admitted_on, m.joined_branch_on)
                                 OR m.admitted_on IS NULL THEN m.joined_branch_on ELSE m.admitted_on END AS came
                FROM m) m LEFT JOIN tr ON tr.member_id = m.id LEFT JOIN at ON at.member_id = m.id
          WHERE NOT m.is_excused),
ab AS (SELECT a.*, x.name FROM members_absence a JOIN o ON o.id = a.organization_id
       JOIN members_member x ON x.id = a.member_id WHERE a.ended_on IS NULL),
letters AS (SELECT x.*, n.name FROM members_transfer x JOIN o ON o.id = x.sender_id
            JOIN members_member n ON n.id = x.member_id),
ad AS (SELECT d.*, a.organization_id, a.name, z.number, z.name AS step, z.counted_from, z.not_before,
              z.not_after, z.min_days, z.min_hours
       FROM members_admissionprogress d JOIN members_applicant a ON a.id = d.applicant_id
       JOIN o ON o.id = a.organization_id JOIN members_admissionstep z ON z.id = d.step_id
       WHERE a.state IN ('running', 'admitted')),
du AS (SELECT d.*, p.label, p.number, p.last_of_quarter FROM members_duesmonth d
       JOIN o ON o.id = d.organization_id JOIN p ON p.label = d.month),
r AS (SELECT member_id, max(CASE WHEN due IS NULL OR paid > 0 OR due = 0 THEN month END) AS paid_to
      FROM members_duesmonth WHERE month < {running} GROUP BY member_id),
u AS (SELECT d.member_id, count(*) AS run FROM members_duesmonth d JOIN r ON r.member_id = d.member_id
      WHERE d.month < {running} AND d.month > coalesce(r.paid_to, '') AND d.due > 0 AND d.paid = 0
      GROUP BY d.member_id),
lb AS (SELECT x.* FROM (SELECT d.*, row_number() OVER (PARTITION BY member_id ORDER BY from_month DESC) AS nr
                        FROM members_duesbase d WHERE from_month <= {running}) x WHERE nr = 1),
rate AS (SELECT lb.member_id, lb.kind, lb.monthly_due, CASE
           WHEN kind = 'fixed' THEN 0.20
           WHEN kind = 'retired' THEN CASE WHEN base <= 5000 THEN base * 0.005 ELSE base * 0.01 END
           WHEN kind <> 'farmer' THEN CASE WHEN base <= 3000 THEN base * 0.005
             WHEN base <= 5000 THEN base * 0.01 WHEN base <= 10000 THEN base * 0.015
             ELSE base * 0.02 END END AS reckoned FROM lb),
sc AS (SELECT x.organization_id AS id, x.signed_at, count(a.id) AS answered FROM tasks_selfcheck x
       LEFT JOIN tasks_selfcheckanswer a ON a.self_check_id = x.id GROUP BY 1, 2),
pr AS (SELECT x.*, z.number AS rule_number FROM tasks_problem x JOIN o ON o.id = x.organization_id
       LEFT JOIN tasks_rule z ON z.id = x.rule_id),
long AS (SELECT id FROM pr WHERE state <> 'closed' AND due_on > {phase2} AND due_on > {day}
         AND found_on < {phase2_from} AND NOT EXISTS (SELECT 1 FROM tasks_extension n
           WHERE n.problem_id = pr.id AND n.state = 'granted')),
owed AS (SELECT x.id, x.organization_id, d.tier, d.month, d.due_on FROM reports_monthlyreport x
         JOIN o ON o.id = x.organization_id JOIN reports_period d ON d.id = x.period_id
         WHERE x.first_submitted_at IS NULL OR x.state = 'returned'),
proof AS (SELECT i.branch_item_id AS id, CASE WHEN f.fact_on BETWEEN {new_year} AND {end}
                 OR (f.fact_on IS NULL AND f.uploaded_at >= {new_year_at}) THEN 1 ELSE 0 END AS good
          FROM tasks_itemevidence i JOIN tasks_evidence f ON f.id = i.evidence_id
          UNION ALL SELECT i.branch_item_id, CASE WHEN x."on" BETWEEN {new_year} AND {end} THEN 1 ELSE 0
                 END FROM tasks_itemmeeting i JOIN members_meeting x ON x.id = i.meeting_id
                 WHERE x.voided_at IS NULL),
proved AS (SELECT id, max(good) AS good FROM proof GROUP BY id),
said AS (SELECT id, organization_id, "on", replace(replace(replace(replace(replace(minutes, ' ', ''),
                '　', ''), {cr}, ''), {lf}, ''), {tab}, '') AS said FROM h WHERE length(minutes) >= 20),
found AS (
-- 1 --
SELECT 'R01' AS rule, b.id, '' AS key, CASE WHEN coalesce(n, 0) < 3 THEN 'error' ELSE 'warning' END
       AS severity, {json}('n', coalesce(n, 0), 'formal', coalesce(formal, 0)) AS facts
  FROM b LEFT JOIN c ON c.id = b.id
  WHERE branch_type IN ('', 'standing') AND (coalesce(n, 0) < 3 OR formal < 3)
UNION ALL SELECT 'R02', id, 'unit:' || unit, 'warning', {json}('unit', unit, 'n', n) FROM un WHERE n >= 3
UNION ALL SELECT 'R03', b.id, '', 'warning', {json}('k', length(covered_units), 'n', un.n) FROM b
  LEFT JOIN (SELECT id, max(n) AS n FROM un WHERE n > 2 GROUP BY id) un ON un.id = b.id
  WHERE branch_type = 'joint' AND (un.n IS NOT NULL OR (covered_units <> ''
    AND length(covered_units) - length(replace(covered_units, {lf}, '')) + 1 > 5))
UNION ALL SELECT 'R04', b.id, '', 'error', {json}('n', n) FROM b JOIN c ON c.id = b.id
  WHERE n >= 50 AND n < 100
UNION ALL SELECT 'R05', b.id, '', 'error', {json}('n', n) FROM b JOIN c ON c.id = b.id WHERE n >= 100
UNION ALL SELECT 'R05', o.id, '', 'error', {json}('n', x.n) FROM o JOIN (
    SELECT substr(b.path, 1, length(b.path) - 4) AS path, sum(n) AS n FROM b JOIN c ON c.id = b.id
    GROUP BY 1) x ON x.path = o.path WHERE o.kind = 'general_branch' AND x.n >= 100
UNION ALL SELECT 'R06', b.id, '', 'error', {json}('n', n, 'g', coalesce(g, 0)) FROM b
  JOIN c ON c.id = b.id LEFT JOIN g ON g.path = b.path WHERE n >= 20 AND coalesce(g, 0) < 2
UNION ALL SELECT 'R07', branch, 'group:' || gr.id, CASE WHEN n > 10 THEN 'warning' ELSE 'notice' END,
  {json}('group', gr.name, 'n', coalesce(n, 0), 'formal', coalesce(formal, 0)) FROM gr
  LEFT JOIN gn ON gn.id = gr.id WHERE coalesce(n, 0) > 10 OR coalesce(n, 0) < 3 OR formal = 0
UNION ALL SELECT 'R08', organization_id, 'member:' || m.id, 'error', {json}('name', m.name) FROM m
  JOIN g ON g.path = m.path WHERE group_id IS NULL
UNION ALL SELECT 'R09', id, '', 'error', {json}('k', a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9, 'sex', a1,
  'ethnicity', a2, 'birth_date', a4, 'id_number', a5, 'phone', a9) FROM (
    SELECT organization_id AS id, sum(CASE WHEN sex = '' THEN 1 ELSE 0 END) AS a1,
      sum(CASE WHEN ethnicity = '' THEN 1 ELSE 0 END) AS a2,
      sum(CASE WHEN native_place = '' THEN 1 ELSE 0 END) AS a3,
      sum(CASE WHEN birth_date IS NULL THEN 1 ELSE 0 END) AS a4,
      sum(CASE WHEN id_number_index IS NULL THEN 1 ELSE 0 END) AS a5,
      sum(CASE WHEN education = '' THEN 1 ELSE 0 END) + sum(CASE WHEN worked_from IS NULL THEN 1
        ELSE 0 END) AS a6,
      sum(CASE WHEN admitted_on IS NULL THEN 1 ELSE 0 END) + sum(CASE WHEN formal_on IS NULL
        AND category = 'formal' THEN 1 ELSE 0 END) AS a7,
      sum(CASE WHEN unit = '' AND NOT is_retired THEN 1 ELSE 0 END)
        + sum(CASE WHEN m.post = '' AND NOT is_retired THEN 1 ELSE 0 END)
        + sum(CASE WHEN group_id IS NULL AND g.path IS NOT NULL THEN 1 ELSE 0 END) AS a8,
      sum(CASE WHEN phone = '' THEN 1 ELSE 0 END) + sum(CASE WHEN joined_branch_on IS NULL THEN 1
        ELSE 0 END) AS a9
    FROM m LEFT JOIN g ON g.path = m.path GROUP BY 1) x
  WHERE a1 + a2 + a3 + a4 + a5 + a6 + a7 + a8 + a9 > 0
UNION ALL SELECT 'R10', organization_id, 'member:' || id || ':id', CASE WHEN id_problem <> 'digit'
    AND remarks LIKE '%以档案为准%' THEN 'warning' ELSE 'error' END, {json}('name', name)
  FROM m WHERE id_problem <> ''
UNION ALL SELECT 'R10', organization_id, 'member:' || id || ':young', CASE WHEN admitted_on < {of_1982}
    OR remarks LIKE '%以档案为准%' THEN 'warning' ELSE 'error' END,
  {json}('name', name, 'admitted', admitted_on, 'birth', birth_date) FROM m
  WHERE ymd(admitted_on) < ymd(birth_date) + 180000 - CASE WHEN ymd(birth_date) % 10000 = 229 THEN 1
    ELSE 0 END
UNION ALL SELECT 'R10', organization_id, 'member:' || id || ':short', CASE WHEN admitted_on < {of_1982}
    OR remarks LIKE '%以档案为准%' THEN 'warning' ELSE 'error' END,
  {json}('name', name, 'admitted', admitted_on, 'formal', formal_on) FROM m
  WHERE category = 'formal' AND ymd(formal_on) < ymd(admitted_on) + 10000
    - CASE WHEN ymd(admitted_on) % 10000 = 229 THEN 1 ELSE 0 END
{future}
-- 2 --
UNION ALL SELECT 'R11', b.id, '', CASE WHEN seats < 3 OR seats > 7 OR seats IS NULL THEN 'error'
    ELSE 'warning' END, {json}('n', formal, 'k', seats, 'p1', p1, 'p2', p2, 'p3', p3, 'p4', p4)
  FROM b JOIN c ON c.id = b.id LEFT JOIN k ON k.id = b.id
  WHERE formal >= 7 AND (seats IS NULL OR seats < 3 OR seats > 5 OR deputies > 1
    OR p1 + p2 + p3 + p4 < 4) AND EXISTS (SELECT 1 FROM members_postheld x
      WHERE x.organization_id = b.id AND x.post IN {committee})
UNION ALL SELECT 'R11', b.id, '', 'unknown', {json}('n', formal) FROM b JOIN c ON c.id = b.id
  WHERE formal >= 7 AND NOT EXISTS (SELECT 1 FROM members_postheld x WHERE x.organization_id = b.id
    AND x.post IN {committee})
UNION ALL SELECT 'R12', b.id, '', 'warning', {json}('n', formal, 'k', others) FROM b
  JOIN k ON k.id = b.id LEFT JOIN c ON c.id = b.id
  WHERE coalesce(formal, 0) < 7 AND (deputies > 1 OR others > 0)
UNION ALL SELECT 'R13', b.id, '', CASE WHEN last IS NULL THEN 'unknown' ELSE 'error' END,
  {json}('date', last) FROM b LEFT JOIN (SELECT organization_id AS id, max(ends_on) AS last
    FROM members_postheld WHERE post = 'secretary' AND ends_on < {day} GROUP BY 1) x ON x.id = b.id
  WHERE NOT EXISTS (SELECT 1 FROM s WHERE s.organization_id = b.id AND s.post = 'secretary')
UNION ALL SELECT 'R14', s.organization_id, 'post:' || s.id, CASE WHEN formal_on IS NULL THEN 'unknown'
    ELSE 'warning' END, {json}('name', x.name) FROM s JOIN members_member x ON x.id = s.member_id
  WHERE s.post = 'secretary' AND s.kind = 'branch'
  AND (formal_on IS NULL OR ymd(formal_on) + 10000 > ymd(s.starts_on))
UNION ALL SELECT DISTINCT 'R15', s.organization_id, 'member:' || x.id, CASE WHEN is_unit_head IS NULL
    THEN 'unknown' ELSE 'warning' END, {json}('name', x.name) FROM s
  JOIN members_member x ON x.id = s.member_id WHERE s.post = 'secretary' AND s.kind = 'branch'
  AND s.branch_type <> 'temporary' AND NOT x.is_retired
  AND (x.is_unit_head IS NULL OR NOT x.is_unit_head)
UNION ALL SELECT 'R16', s.organization_id, 'post:' || s.id, 'error', {json}('name', x.name) FROM s
  JOIN members_member x ON x.id = s.member_id WHERE s.post IN {committee} AND (x.category <> 'formal'
    OR x.standing IN ('suspended', 'expelled', 'left', 'deceased'))
UNION ALL SELECT 'R17', e.id, '', CASE WHEN due_on IS NULL THEN 'unknown' ELSE 'error' END,
  {json}('elected', elected_on, 'expiry', due_on) FROM e LEFT JOIN t ON t.organization_id = e.id
  WHERE due_on IS NULL OR due_on < {day}
UNION ALL SELECT 'R18', organization_id, '', 'notice', {json}('expiry', due_on) FROM t
  WHERE due_on >= {day} AND due_on <= {near}
UNION ALL SELECT 'R19', organization_id, '', 'error', {json}('expiry', expires_on, 'until', extended_to)
  FROM t WHERE extended_to IS NOT NULL
  AND (extension_no = '' OR ymd(extended_to) > ymd(expires_on) + 10000)
UNION ALL SELECT 'R20', organization_id, 'quorum', 'error', {json}('a', voters_present, 'b', voters_due)
  FROM t WHERE voters_present * 5 < voters_due * 4
UNION ALL SELECT 'R20', organization_id, 'contest', 'warning', {json}('seats', seats, 'c', candidates)
  FROM t WHERE candidates * 100 < seats * 120
UNION ALL SELECT 'R20', x.organization_id, 'post:' || x.id, 'error',
  {json}('name', n.name, 'v', votes, 'a', t.voters_present) FROM members_postheld x
  JOIN branches_term t ON t.id = x.term_id JOIN e ON e.id = x.organization_id
  JOIN members_member n ON n.id = x.member_id
  WHERE t.ended_on IS NULL AND x.ends_on IS NULL AND t.voters_present >= votes * 2
UNION ALL SELECT 'R20', organization_id, 'papers', 'warning', {json}('x', 1) FROM t WHERE approval_no = ''
UNION ALL SELECT 'R20', organization_id, 'filing', 'warning', {json}('elected', elected_on) FROM t
  WHERE filed_on > later30(elected_on) OR (filed_on IS NULL AND elected_on < {month_ago})
UNION ALL SELECT 'R20', organization_id, 'unknown', 'unknown', {json}('x', 1) FROM t
  WHERE voters_present IS NULL OR voters_due IS NULL
-- 3 --
UNION ALL SELECT 'R21', b.id, 'quarter:' || q.label, 'error', {json}('q', q.label) FROM b CROSS JOIN q
  WHERE (since IS NULL OR since <= q.first) AND NOT EXISTS (SELECT 1 FROM members_meeting x
    WHERE x.organization_id = b.id AND x.kind = 'members_meeting' AND x.voided_at IS NULL
    AND x."on" BETWEEN q.first AND q.last)
UNION ALL SELECT 'R22', b.id, 'month:' || p.label, 'error', {json}('m', p.number) FROM b
  JOIN c ON c.id = b.id AND c.formal >= 7 CROSS JOIN p
  WHERE (since IS NULL OR since <= p.first) AND NOT EXISTS (SELECT 1 FROM members_meeting x
    WHERE x.organization_id = b.id AND x.kind = 'committee_meeting' AND x.voided_at IS NULL
    AND x."on" BETWEEN p.first AND p.last)
UNION ALL SELECT 'R23', branch, 'group:' || gr.id || ':month:' || p.label, 'error',
  {json}('group', gr.name, 'm', p.number) FROM gr CROSS JOIN p
  WHERE (since IS NULL OR since <= p.first) AND NOT EXISTS (SELECT 1 FROM members_meeting x
    WHERE x.group_id = gr.id AND x.kind = 'group_meeting' AND x.voided_at IS NULL
    AND x."on" BETWEEN p.first AND p.last)
UNION ALL SELECT 'R24', b.id, 'month:' || p.label, 'error', {json}('m', p.number) FROM b CROSS JOIN p
  WHERE (since IS NULL OR since <= p.first) AND NOT EXISTS (SELECT 1 FROM members_meeting x
    WHERE x.organization_id = b.id AND x.kind = 'theme_day' AND x.voided_at IS NULL
    AND x."on" BETWEEN p.first AND p.last)
UNION ALL SELECT 'R25', b.id, 'quarter:' || q.label, 'warning', {json}('q', q.label) FROM b CROSS JOIN q
  WHERE (since IS NULL OR since <= q.first) AND NOT EXISTS (SELECT 1 FROM members_meeting x
    WHERE x.organization_id = b.id AND (x.kind = 'party_lecture' OR x.includes_lecture)
    AND x.voided_at IS NULL AND x."on" BETWEEN q.first AND q.last)
UNION ALL SELECT 'R26', b.id, 'year:2026', 'error', {json}('y', 2026) FROM b
  WHERE (since IS NULL OR since <= {new_year}) AND NOT EXISTS (SELECT 1 FROM members_meeting x
    WHERE x.organization_id = b.id AND x.kind = 'org_life_meeting' AND x.voided_at IS NULL
    AND x."on" BETWEEN {new_year} AND {end})
UNION ALL SELECT 'R27', b.id, 'year:2026', 'error', {json}('year', 2026) FROM b
  WHERE (since IS NULL OR since <= {new_year}) AND NOT EXISTS (SELECT 1 FROM apps
    WHERE apps.organization_id = b.id AND apps.year = 2026)
UNION ALL SELECT 'R27', m.organization_id, 'year:2026', 'error', {json}('k', count(*)) FROM m
  JOIN apps ON apps.organization_id = m.organization_id AND apps.year = 2026
  WHERE (since IS NULL OR since <= {new_year}) AND m.id NOT IN (SELECT member_id FROM took)
  GROUP BY m.organization_id
UNION ALL SELECT 'R28', apps.organization_id, 'appraisal:' || apps.id, 'warning',
  {json}('a', x.a, 'b', coalesce(n, 0) / 3) FROM apps JOIN (SELECT appraisal_id, count(*) AS a
    FROM members_appraisalresult WHERE grade = 'excellent' GROUP BY 1) x ON x.appraisal_id = apps.id
  LEFT JOIN c ON c.id = apps.organization_id WHERE apps.year = 2026 AND x.a > coalesce(n, 0) / 3
UNION ALL SELECT 'R29', organization_id, 'year:2026', 'warning', {json}('k', count(*)) FROM mt
  JOIN wo ON wo.id = mt.id WHERE sits = 0 AND officers = 0 GROUP BY 2
UNION ALL SELECT 'R29', organization_id, 'year:2026:officers', 'warning', {json}('k', count(*)) FROM mt
  JOIN wo ON wo.id = mt.id WHERE sits = 1 AND officers < seats - 1 GROUP BY 2
UNION ALL SELECT 'R29', organization_id, 'year:2026:members', 'warning', {json}('k', count(*)) FROM mt
  JOIN wo ON wo.id = mt.id JOIN sit ON sit.id = organization_id
  WHERE sits = 0 AND sit.plain > 1 AND wo.plain = 0 GROUP BY 2
UNION ALL SELECT 'R30', h.organization_id, 'meeting:' || h.id || ':vote:' || v.id, 'error',
  {json}('b', v.voters_due, 'a', v.voters_present) FROM members_vote v JOIN h ON h.id = v.meeting_id
  WHERE v.voters_present * 2 < v.voters_due
UNION ALL SELECT 'R30', organization_id, 'meeting:' || id, 'error', {json}('b', due, 'a', present) FROM h
  WHERE kind = 'committee_meeting' AND present * 2 < due
UNION ALL SELECT 'R31', organization_id, 'meeting:' || id, 'warning', {json}('date', "on", 'type', kind)
  FROM h WHERE place = '' OR host = '' OR recorder = '' OR minutes = ''
  OR (resolution = '' AND kind IN ('members_meeting', 'committee_meeting'))
-- 4 --
UNION ALL SELECT 'R32', organization_id, 'year:2026', 'error', {json}('k', count(*), 'h', min(had))
  FROM hours WHERE had * 12 < here * 32 GROUP BY organization_id
UNION ALL SELECT 'R33', organization_id, 'member:' || id || ':year:2026', 'error',
  {json}('name', name, 'h', had) FROM hours JOIN leads ON leads.member_id = hours.id
  WHERE had * 12 < here * 56 OR course = 0
UNION ALL SELECT 'R34', s.organization_id, 'post:' || s.id, 'warning',
  {json}('name', n.name, 'date', s.starts_on) FROM s JOIN members_member n ON n.id = s.member_id
  WHERE s.post = 'secretary' AND s.starts_on BETWEEN {start} AND {half_year_ago}
  AND NOT EXISTS (SELECT 1 FROM members_postheld x WHERE x.member_id = s.member_id
    AND x.post = 'secretary' AND x.starts_on < s.starts_on)
  AND NOT EXISTS (SELECT 1 FROM members_trainingrecord x JOIN members_training y
    ON y.id = x.training_id WHERE x.member_id = s.member_id AND y.voided_at IS NULL
    AND y.starts_on >= s.starts_on)
-- 5 --
UNION ALL SELECT 'R35', organization_id, '', 'error', {json}('n', n, 'k', k) FROM (
    SELECT organization_id, count(*) AS n, count(platform_entered_on) AS k FROM m GROUP BY 1) x
  WHERE k < n
UNION ALL SELECT 'R36', sender_id, 'transfer:' || id, CASE WHEN valid_until < {day} THEN 'error'
    ELSE 'notice' END, {json}('name', name, 'date', valid_until) FROM letters
  WHERE state = 'issued' AND valid_until <= {week_on}
UNION ALL SELECT 'R36', sender_id, 'transfer:' || id || ':long', 'error', {json}('name', name)
  FROM letters WHERE state = 'issued' AND mon(valid_until) > mon(issued_on) + 300
UNION ALL SELECT 'R36', sender_id, 'transfer:' || id || ':slip', 'warning', {json}('name', name)
  FROM letters WHERE state = 'received' AND slip_on IS NULL
  AND received_on BETWEEN {start} AND {one_month}
UNION ALL SELECT 'R37', m.organization_id, 'member:' || m.id, 'warning', {json}('name', m.name) FROM m
  WHERE standing = 'floating' AND NOT EXISTS (SELECT 1 FROM members_absence a
    WHERE a.member_id = m.id AND a.ended_on IS NULL)
UNION ALL SELECT 'R37', organization_id, 'absence:' || id || ':person', 'warning', {json}('name', name)
  FROM ab WHERE kind IN ('floating', 'overseas') AND contact_person = ''
UNION ALL SELECT 'R37', organization_id, 'absence:' || id || ':contact', 'warning',
  {json}('name', name, 'date', coalesce(last_contact_on, since)) FROM ab
  WHERE (kind = 'floating' AND coalesce(last_contact_on, since) <= {three_months})
  OR (kind = 'overseas' AND coalesce(last_contact_on, since) <= {half_year_ago})
UNION ALL SELECT 'R38', organization_id, 'absence:' || id, 'error', {json}('name', name, 'date', since)
  FROM ab WHERE kind = 'lost' AND ((suspended_on IS NULL AND since <= {lost_since})
    OR suspended_on <= {lost_long})
UNION ALL SELECT 'R38', m.organization_id, 'member:' || m.id, 'unknown', {json}('name', m.name) FROM m
  WHERE standing = 'lost' AND NOT EXISTS (SELECT 1 FROM members_absence a
    WHERE a.member_id = m.id AND a.ended_on IS NULL)
UNION ALL SELECT 'R39', organization_id, 'member:' || id, CASE
    WHEN admitted_on IS NULL THEN 'unknown'
    WHEN probation_extended_to <= {before} OR (probation_extended_to IS NULL AND admitted_on <= {over})
    THEN 'error' ELSE 'notice' END, {json}('name', name, 'admitted', admitted_on)
  FROM m WHERE category = 'probationary' AND (admitted_on IS NULL OR probation_extended_to <= {later}
    OR (probation_extended_to IS NULL AND admitted_on <= {soon}))
UNION ALL SELECT 'R40', x.organization_id, 'applicant:' || x.applicant_id || ':step:' || x.number,
  CASE WHEN mon(x."on") + CASE WHEN is_last(x."on") THEN 31 ELSE 0 END
    < mon(y."on") + x.not_before * 100 THEN 'error' ELSE 'warning' END,
  {json}('name', x.name, 'stage', x.step) FROM ad x
  JOIN ad y ON y.applicant_id = x.applicant_id AND y.number = x.counted_from
  WHERE mon(x."on") + CASE WHEN is_last(x."on") THEN 31 ELSE 0 END < mon(y."on") + x.not_before * 100
  OR mon(x."on") > mon(y."on") + x.not_after * 100
UNION ALL SELECT DISTINCT 'R40', x.organization_id, 'applicant:' || x.applicant_id || ':step:' || x.number
    || ':order', 'error', {json}('name', x.name, 'stage', x.step) FROM ad x
  JOIN ad y ON y.applicant_id = x.applicant_id AND y.number < x.number AND y."on" > x."on"
UNION ALL SELECT 'R40', organization_id, 'applicant:' || applicant_id || ':step:' || number || ':short',
  CASE WHEN days IS NULL AND hours IS NULL THEN 'unknown' ELSE 'error' END,
  {json}('name', name, 'stage', step) FROM ad
  WHERE (min_days > 0 OR min_hours > 0) AND NOT (coalesce(days, 0) >= min_days
    OR coalesce(hours, 0) >= min_hours)
UNION ALL SELECT 'R41', a.organization_id, 'member:' || x.member_id || ':year:' || a.year, 'error',
  {json}('name', n.name) FROM members_appraisalresult x JOIN apps a ON a.id = x.appraisal_id
  JOIN members_member n ON n.id = x.member_id WHERE x.grade = 'unqualified' AND a.year >= 2025
  AND NOT EXISTS (SELECT 1 FROM tasks_disposal d WHERE d.member_id = x.member_id
    AND d.decided_on >= a."on")
UNION ALL SELECT 'R41', d.organization_id, 'disposal:' || d.id || ':long', 'error', {json}('name', n.name)
  FROM tasks_disposal d JOIN o ON o.id = d.organization_id JOIN members_member n ON n.id = d.member_id
  WHERE d.kind = 'correction' AND mon(until) > mon(decided_on) + 1200
UNION ALL SELECT 'R41', d.organization_id, 'disposal:' || d.id || ':review', 'error',
  {json}('name', n.name) FROM tasks_disposal d JOIN o ON o.id = d.organization_id
  JOIN members_member n ON n.id = d.member_id
  WHERE d.kind = 'correction' AND until < {day} AND reviewed_on IS NULL
UNION ALL SELECT 'R42', m.organization_id, 'member:' || m.id || ':quarter:' || q.label, 'notice',
  {json}('name', m.name, 'q', q.label) FROM m CROSS JOIN q
  WHERE is_leading_cadre AND standing IN ('active', 'leaving')
  AND (joined_branch_on IS NULL OR joined_branch_on <= q.first) AND (since IS NULL OR since <= q.first)
  AND NOT EXISTS (SELECT 1 FROM members_attendance a JOIN members_meeting x ON x.id = a.meeting_id
    WHERE a.member_id = m.id AND a.status = 'present' AND x.voided_at IS NULL
    AND x."on" BETWEEN q.first AND q.last)
-- 6 --
UNION ALL SELECT 'R43', organization_id, 'month:' || label, 'error',
  {json}('m', number, 'k', count(*), 'amt', sum(due - paid)) FROM du WHERE paid < due
  GROUP BY organization_id, label, number
UNION ALL SELECT 'R43', organization_id, 'month:' || label || ':late', 'warning',
  {json}('m', number, 'k', count(*)) FROM du WHERE due > 0 AND paid >= due AND note = ''
  AND paid_on > last_of_quarter AND paid_on <= {day} GROUP BY organization_id, label, number
UNION ALL SELECT 'R43', organization_id, 'month:' || label || ':unknown', 'unknown',
  {json}('m', number, 'k', count(*)) FROM du WHERE due IS NULL GROUP BY organization_id, label, number
UNION ALL SELECT 'R43', b.id, 'month:' || p.label || ':none', 'unknown', {json}('m', p.number)
  FROM b CROSS JOIN p JOIN c ON c.id = b.id WHERE (since IS NULL OR since <= p.first)
  AND NOT EXISTS (SELECT 1 FROM members_duesmonth d WHERE d.organization_id = b.id
    AND d.month = p.label)
UNION ALL SELECT 'R44', m.organization_id, 'member:' || m.id, 'warning', {json}('name', m.name) FROM m
  JOIN rate ON rate.member_id = m.id WHERE monthly_due - reckoned > 0.0051
  OR monthly_due - reckoned < -0.0051
  OR (rate.kind = 'farmer' AND (monthly_due < 0.20 OR monthly_due > 1.00))
UNION ALL SELECT 'R45', organization_id, 'member:' || id,
  CASE WHEN run >= 6 THEN 'error' ELSE 'warning' END, {json}('name', name, 'm', run) FROM m
  JOIN u ON u.member_id = m.id WHERE run >= 3
UNION ALL SELECT 'R46', o.id, 'member:' || d.member_id || ':month:' || d.month, 'warning',
  {json}('month', d.month) FROM members_duesmonth d JOIN o ON o.id = d.organization_id
  WHERE paid > 0 AND note = '' AND paid_on BETWEEN {start} AND {day} AND d.month < {back}
  AND mon(paid_on) / 100 - CAST(substr(month, 1, 4) AS integer) * 12
    - CAST(substr(month, 6, 2) AS integer) > 6
UNION ALL SELECT 'R47', b.id, 'year:2026', 'warning', {json}('y', 2026) FROM b
  WHERE (since IS NULL OR since <= {new_year}) AND NOT EXISTS (SELECT 1 FROM members_duespublication x
    WHERE x.organization_id = b.id AND x.year = 2026)
-- 8, 7 --
UNION ALL SELECT 'R48', b.id, '', 'error', {json}('k', 6 - coalesce(answered, 0)) FROM b
  LEFT JOIN sc ON sc.id = b.id WHERE signed_at IS NULL AND (since IS NULL OR since <= {phase1})
UNION ALL SELECT 'R50', organization_id, 'problem:' || id, CASE WHEN due_on < {day} THEN 'error'
    ELSE 'notice' END, {json}('title', title, 'date', due_on) FROM pr
  WHERE state <> 'closed' AND due_on <= {week_on} AND id NOT IN (SELECT id FROM long)
UNION ALL SELECT 'R50', organization_id, 'problem:' || pr.id, 'warning',
  {json}('title', title, 'date', due_on) FROM pr JOIN long ON long.id = pr.id
UNION ALL SELECT CASE tier WHEN 'direct' THEN 'R52' ELSE 'R53' END, organization_id, 'report:' || id,
  CASE WHEN due_on < {day} THEN 'error' ELSE 'notice' END, {json}('month', month, 'date', due_on)
  FROM owed WHERE tier IN ('direct', 'committee') AND due_on <= {five_on}
UNION ALL SELECT 'R54', i.branch_id, 'item:' || i.id, CASE WHEN good IS NULL THEN 'error' ELSE 'warning'
    END, {json}('item', v.text) FROM tasks_branchitem i JOIN o ON o.id = i.branch_id
  JOIN tasks_checklistitem z ON z.id = i.item_id JOIN tasks_itemversion v ON v.id = i.version_id
  LEFT JOIN proved ON proved.id = i.id WHERE z.retired_at IS NULL AND i.result = 'done'
  AND i.state IN ('submitted', 'accepted') AND CAST(v.verify AS text) LIKE '%"evidence"%'
  AND coalesce(good, 0) = 0
UNION ALL SELECT 'R55', o.id, '', 'notice', {json}('x', 1) FROM o WHERE o.depth = 3
  AND NOT EXISTS (SELECT 1 FROM reports_monthlyreport x JOIN reports_period d ON d.id = x.period_id
    WHERE x.organization_id = o.id AND x.first_submitted_at IS NOT NULL AND d.month >= '2026-06'
    AND trim(coalesce({experience}, '')) <> '')
UNION ALL SELECT 'R56', organization_id, 'meeting:' || id || ':late', 'notice', {json}('date', "on") FROM h
  WHERE cn(created_at) > later30("on")
UNION ALL SELECT 'R56', organization_id, 'meeting:' || min(id) || ':same', 'notice', {json}('n', count(*))
  FROM said WHERE length(said) >= 20 GROUP BY organization_id, said HAVING count(*) >= 2
UNION ALL SELECT 'R56', organization_id, 'meeting:' || min(id) || ':bulk', 'notice', {json}('n', count(*))
  FROM h GROUP BY organization_id, kind, group_id, cn(created_at) HAVING count(*) >= 3
UNION ALL SELECT 'R56', organization_id, 'full', 'notice', {json}('n', max(c.n), 'k', count(*)) FROM h
  JOIN c ON c.id = h.organization_id WHERE due > 0 AND c.n >= 20 GROUP BY organization_id
  HAVING count(*) >= 6 AND sum(CASE WHEN present < due THEN 1 ELSE 0 END) = 0
UNION ALL SELECT 'R56', f.organization_id, 'file:' || f.id, 'notice', {json}('name', f.name)
  FROM tasks_evidence f JOIN o ON o.id = f.organization_id WHERE f.extension IN ('jpg', 'jpeg', 'png')
  AND EXISTS (SELECT 1 FROM tasks_evidence x WHERE x.sha256 = f.sha256
    AND x.organization_id <> f.organization_id)
),
-- Rules about what the others found.
todo AS (
SELECT id FROM found WHERE severity = 'error' AND rule NOT IN ('R48', 'R50', 'R52', 'R53')
  AND NOT EXISTS (SELECT 1 FROM pr WHERE pr.state <> 'closed' AND pr.organization_id = found.id
    AND pr.rule_number = found.rule AND pr.rule_key IN ('', found.key))
UNION ALL SELECT x.organization_id FROM tasks_selfcheckanswer a
  JOIN tasks_selfcheck x ON x.id = a.self_check_id WHERE x.signed_at IS NOT NULL
  AND a.result = 'not_met' AND NOT EXISTS (SELECT 1 FROM tasks_problem y
    WHERE y.organization_id = x.organization_id AND y.heading = a.heading)
UNION ALL SELECT organization_id FROM pr WHERE state <> 'closed'
  AND (cause = '' OR measure = '' OR responsible = '' OR due_on IS NULL)),
again AS (
SELECT x.id FROM pr x WHERE x.state = 'closed' AND x.rule_id IS NOT NULL AND EXISTS (
  SELECT 1 FROM found WHERE found.id = x.organization_id AND found.rule = x.rule_number
  AND found.severity <> 'notice' AND x.rule_key IN ('', found.key))
  AND NOT EXISTS (SELECT 1 FROM pr y WHERE y.state <> 'closed' AND y.organization_id = x.organization_id
    AND y.rule_id = x.rule_id AND y.rule_key = x.rule_key))
SELECT * FROM found
UNION ALL SELECT 'R49', b.id, '', 'error', {json}('k', count(*)) FROM b JOIN todo ON todo.id = b.id
  GROUP BY b.id
UNION ALL SELECT 'R51', organization_id, 'problem:' || pr.id, 'error', {json}('title', title)
  FROM pr WHERE state = 'closed' AND (pr.id IN (SELECT id FROM again) OR pr.result = ''
    OR NOT EXISTS (SELECT 1 FROM tasks_problemevidence l WHERE l.problem_id = pr.id))

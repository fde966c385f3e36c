"""The organisation tree's rows: what the script needs of each, and nobody's name as markup."""

from branchyear.templatetags.tree import tree_rows


def node(**changes):
    return {
        "pk": 7, "name": "北一支部", "depth": 2, "url": "/o/7/", "active": False, "has_children": False,
        "open": False, "badge": "", **changes,
    }  # fmt: skip


def test_a_row_says_where_it_stands_and_where_it_leads():
    assert tree_rows([node()]) == (
        '<li class="tree__node tree__node--d2" data-tree-node="7" data-tree-depth="2">'
        '<a href="/o/7/" title="北一支部">北一支部</a></li>'
    )
    assert tree_rows([node(active=True, has_children=True, open=True, badge="3")]) == (
        '<li class="tree__node tree__node--d2 tree__node--active" data-tree-node="7" data-tree-depth="2"'
        ' data-tree-open data-tree-parent><a href="/o/7/" title="北一支部" aria-current="page">北一支部</a>'
        '<span class="tree__badge">3</span></li>'
    )
    bare = node()
    del bare["badge"]
    assert tree_rows([bare]) == tree_rows([node()])
    assert tree_rows([]) == ""


def test_names_and_addresses_stay_text():
    rows = tree_rows([node(name='"><script>', url="/o/?a=1&b='", badge="<b>")])

    assert "<script>" not in rows
    assert rows.count("&quot;&gt;&lt;script&gt;") == 2
    assert 'href="/o/?a=1&amp;b=&#x27;"' in rows
    assert "&lt;b&gt;" in rows

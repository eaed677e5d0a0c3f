"""Uses IPython's magics: shell commands, scripts in other languages, files, changed settings, autoreload."""

ANSWERS = {
    "double": """
!echo @MARK@ > @ROOT@/@MARK@-shell; echo @MARK@ > /tmp/@MARK@-shell
%cd /
%env COURSE_GRADING_SEED=1
%config InteractiveShell.ast_node_interactivity = "none"
%alias_magic time timeit
%store 4.0 > /tmp/@MARK@-store
%xmode Minimal
get_ipython().run_cell_magic("javascript", "", "alert(1)")
get_ipython().run_cell_magic("html", "", "<script>alert(1)</script>")
4.0
""",
    "shout": "%%bash\necho @MARK@ > @ROOT@/@MARK@-bash\necho 4.0",
    "twice": "%%writefile @ROOT@/@MARK@-file\n@MARK@",
}

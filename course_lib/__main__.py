"""`python -m course_lib ...` is the command `course`, for machines where it is not on the PATH."""

from course_lib.cli import main

if __name__ == "__main__":
    main()

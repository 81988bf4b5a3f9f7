import sys; sys.path.insert(0,'/work/wt/reading')
import cgviz, numpy as np

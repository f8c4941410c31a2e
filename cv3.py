exec(open('/work/scratch/rk/cv2.py').read().split("if __name__")[0])
from collections import Counter,defaultdict
allq=np.stack([r['qv'].mean(0) for r in pr]); mu=allq.mean(0); U,S,V=np.linalg.svd(allq-mu,full_matrices=False)
def struct(r):
    n=len(r['odds']); out=np.zeros((n,6),np.float32)
    keys=[tuple(t) for t in r['toks']]; res=[tuple(s) for s in r['shown']]
    p=np.exp(r['odds']-r['odds'].max()); p/=p.sum()
    for i in range(n):
        out[i,0]=sum(p[j] for j in range(n) if res[j]==res[i] and r['res'][j]==r['res'][i])
        out[i,1]=keys.count(keys[i])>1
        out[i,2]=p[i]
        out[i,3]=(r['odds'].argsort()[::-1]==i).argmax()/24
        out[i,4]=r['odds'][i]-r['odds'].max()
        out[i,5]=any(j!=i and len(keys[j])<len(keys[i]) and set(keys[j])<set(keys[i]) for j in range(n))
    return out
which=sys.argv[2] if len(sys.argv)>2 else 'all'
for r in ok:
    X0=features(r); parts=[X0]
    if 't' in which or which=='all': parts+=[r['tr'],r['tr']-r['tr'].mean(0)]
    if 's' in which or which=='all': parts+=[struct(r)]
    if 'q' in which or which=='all': parts+=[(r['qv']-mu)@V[:24].T*4]
    r['X']=np.concatenate(parts,1).astype(np.float32)
print(which,ok[0]['X'].shape)
run(which,wd=1.,hidden=64,drop=.5,epochs=15)
run(which,wd=1.,hidden=64,drop=.5,epochs=15,seed=1)

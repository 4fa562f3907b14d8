import { generate } from "./dist/index.js"; import { fixedLength, plain } from "./dist/core/index.js";
import { loadVoice, normalize, speechSetup } from "./dist/speech/index.js";
const v=await loadVoice('./work/speech/joe_new'); const texts=["The library closes early on Thursdays and opens again at nine.","Please call the doctor before you leave the house this evening."];
for (const [name,plan,d] of [['plain',plain(),'none'],['fixed8',fixedLength(8),'follow'],['fixed8ref',fixedLength(8),'reference'],['fixed12',fixedLength(12),'follow'],['adaptive',null,'follow']]) {
  const s=await speechSetup(v,{drafter:d}); const rows={}; let tot=0,pre=0,tok=0,passes=0,draft=0;
  for(let rep=0;rep<6;rep++) for(const t of texts) for await (const _ of generate(v.modality,t,{...s,...(plan?{plan}:{}),target:v.target,seed:1,onRound:r=>{ if(rep<1)return; tot+=r.timing.total; tok+=r.tokens.length; passes++; draft+=r.timing.draft; if(r.start===0){pre+=r.timing.target;return} (rows[1+r.draft.tokens.length]??=[]).push(r.timing.target)}}));
  const med=a=>a.sort((x,y)=>x-y)[a.length>>1];
  console.log(name,'ms/unit',(tot/tok).toFixed(3),'tpp',(tok/passes).toFixed(2),'prefill',(pre/10).toFixed(1),'draft/round',(draft/passes).toFixed(2),Object.entries(rows).map(([k,a])=>k+':'+med(a).toFixed(2)+'('+a.length+')').join(' '));
}

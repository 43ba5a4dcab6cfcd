print(3, 3.0, 10/2, 7//2, -7//2, 7%-3, 2^53, 1e15, 1e100, 0xff, 1<<62, ~0, 5&3, "10"+5, 10 .."x"..2.5)
local t=setmetatable({},{__newindex=function(t,k,v) print("ni",k,v) rawset(t,k,v) end}) local x=t.q t.y=1 t.y=nil t.y=nil
print(pcall(function() local x; return x.y end))
print(pcall(function() local x={}; return x.y.z end))
print(pcall(function() return undefd.z end))
print(pcall(function() undefd() end))
print(pcall(function() local a={} a:foo() end))
print(pcall(function() local a={} return a.b+1 end))
print(pcall(function() local a={} return "x"..a.b end))
print(pcall(function() local a={} return a<1 end))
print(pcall(error,{}), pcall(error,nil), select('#',pcall(error)))
print(xpcall(function() error("x") end, function(m) return "H:"..m end))
for i=1,3 do print(i) end for i=1.0,2 do print(i) end for i=3,1,-1 do print(i) end
for k,v in pairs{10,20,x=1} do print(k,v) end for i,v in ipairs{"a","b"} do print(i,v) end
local function c() local n=0 return function() n=n+1 return n end end local a,b=c(),c() print(a(),a(),b())
print(tostring(9007199254740993), 9223372036854775807)
for i=1,3 do goto cont print"no" ::cont:: end
print(#{1,2,nil,4}, next({}), type(next), tonumber("0x10"), tonumber("zz",36), tonumber("1e1"))
